// What a board's cards and lanes are, and how they are found and placed.

/** @param {Element} board */
export function lanesOf(board) {
  return /** @type {HTMLElement[]} */ ([...board.querySelectorAll(".lane")]);
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
export function cardOf(target) {
  return target instanceof Element ? /** @type {HTMLElement | null} */ (target.closest(".card")) : null;
}

/** @param {Element} board @param {string} key */
export function find(board, key) {
  return /** @type {HTMLElement | null} */ (board.querySelector(`.card[data-card="${CSS.escape(key)}"]`));
}

/** Whether there is a move from where the card is to this lane. @param {HTMLElement} card @param {HTMLElement} lane */
export function knows(card, lane) {
  const moves = card.dataset.moves;
  return moves === undefined || moves.split(/\s+/).includes(lane.dataset.lane ?? "")
    || card.closest(".lane") === lane;
}

/** @param {HTMLElement} lane */
export function nameOf(lane) {
  return lane.querySelector("h2, summary")?.textContent?.trim() ?? lane.dataset.lane ?? "";
}

/** Show where the card may go. @param {Element} board @param {HTMLElement | null} card @param {HTMLElement | null} over */
export function light(board, card, over) {
  for (const lane of lanesOf(board)) {
    if (!card) delete lane.dataset.drop;
    else if (!knows(card, lane)) lane.dataset.drop = "no";
    else if (lane === over) lane.dataset.drop = "yes";
    else delete lane.dataset.drop;
  }
}

/** @param {Element} board @param {HTMLElement} card @param {HTMLElement} lane @param {boolean} [first] */
export function place(board, card, lane, first = false) {
  const cards = lane.querySelector(".cards");
  if (!cards || card.parentElement === cards) return;
  if (first) cards.prepend(card);
  else cards.append(card);
  count(board);
}

/** How many cards each lane holds, and whether that is too many. @param {Element} board */
export function count(board) {
  for (const lane of lanesOf(board)) {
    const count = lane.querySelectorAll(".card").length;
    const shown = lane.querySelector("[data-count]");
    if (shown && !lane.hasAttribute("data-partial")) {
      shown.textContent = lane.dataset.limit
        ? `${count}/${lane.dataset.limit}`
        : String(count);
    }
    lane.classList.toggle("over-limit", Boolean(lane.dataset.limit) && count > Number(lane.dataset.limit));
  }
}
