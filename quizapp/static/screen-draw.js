// Draws what a screen of a hall shows. Words and numbers come ready; nothing here asks anybody.
"use strict";
const Draw = (() => {
  const ROWS = 8, TILE = 9.6, HIGH = 5.6, ISLE = 5;  // units: a tile with its gap; column of islands
  const words = JSON.parse(document.body.dataset.words);
  const show = document.getElementById("show");
  const still = {join: document.getElementById("join"), wait: document.getElementById("wait")};
  const title = document.getElementById("title");

  const make = (tag, look, text, ...inside) => {
    const it = document.createElement(tag);
    if (look) it.className = look;
    if (text) { it.textContent = text; it.dataset.read = ""; }
    it.append(...inside.filter(Boolean));
    return it;
  };
  const line = ([rank, name, of, value, below], isNewest) => make("li", isNewest ? "newest" : "", "",
    make("span", "rank", rank),
    make("span", "name", "", make("b", "", name), of && make("i", "", of)),
    make("span", "value", "", make("b", "", value), below && make("i", "", below)));
  // A name wider than its line gets two, in the place of what stood below it.
  const fitNames = list => {
    for (const name of list.querySelectorAll(".name")) {
      const [own, of] = name.children;
      if (own.scrollWidth <= own.clientWidth) continue;
      if (of) of.hidden = true;
      name.classList.add("long");
    }
  };
  const rows = (some, newest) => make("ol", "rows", "", ...some.map((one, n) => line(one, newest.has(n))));
  const fitText = (it, most, around) => {
    for (let size = most; size >= 5; size -= .5) {
      it.style.setProperty("font-size", `calc(${size}*var(--u))`);
      if (it.offsetHeight <= around.clientHeight && it.scrollWidth <= around.clientWidth) return;
    }
  };
  const put = it => show.replaceChildren(it);

  const kinds = {
    board(part, page) {
      const list = rows(part.rows.slice(page * ROWS, (page + 1) * ROWS), new Set());
      put(list);
      fitNames(list);
      if (!part.rows.length) put(make("p", "middle", part.note));
    },
    podium(part) {
      if (part.rows.length !== 3) return kinds.board(part, 0);
      put(make("div", "podium", "", ...part.rows.map(([rank, name, , value], n) =>
        make("div", `p${n + 1}`, "", make("b", "", name), make("p", "", value), make("p", "place", rank)))));
    },
    reveal(part) {
      if (!part.rows.length) return put(make("p", "middle", words.soon));
      const best = part.rows[0][0];
      const newest = new Set(part.rows.flatMap((one, n) => one[0] === best ? [n] : []));
      const list = rows(part.rows.slice(0, ROWS), newest);
      put(list);
      fitNames(list);
    },
    counts(part) {
      const at = (it, column, row) => {
        it.style.setProperty("left", `calc(${column * TILE}*var(--u))`);
        it.style.setProperty("top", `calc(${row * HIGH}*var(--u))`);
        return it;
      };
      const tiles = part.tiles.map(([name, column, row, step]) => at(make("span", `s${step}`, name), column, row));
      const isles = part.islands.map(([name, , row]) => at(make("span", "isle", name), ISLE, row));
      const first = part.rows.map(one => make("li", "", "", make("b", "", `${one[0]}. ${one[1]}`)));
      const big = make("p", "big", part.people);
      put(make("div", "counts", "", make("div", "map", "", ...tiles, ...isles), make("div", "told", "",
        big, part.people && make("p", "", words.people), make("p", "", part.attempts),
        part.note && make("p", "", part.note), make("ol", "", "", ...first))));
      fitText(big, 16, big.parentElement);
    },
    message(part) {
      const it = make("p", "middle message", part.text);
      put(it);
      fitText(it, 12, show);
    },
  };

  // Draws a state, of a board one page; returns how many pages there are.
  return (kind, part, page) => {
    for (const name in still) still[name].hidden = name !== kind;
    show.hidden = kind in still;
    if (kind in still) show.replaceChildren();
    title.textContent = part.title || "";
    if (kinds[kind]) kinds[kind](part, page);
    return kind === "board" ? Math.max(1, Math.ceil(part.rows.length / ROWS)) : 1;
  };
})();
