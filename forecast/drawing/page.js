// Shows the values of a chart at the time under the pointer. Texts of the data are set as text, never as HTML.
for (const figure of document.querySelectorAll("figure[data-rows]")) {
  const rows = JSON.parse(figure.dataset.rows);
  const [low, high] = JSON.parse(figure.dataset.range);
  const tip = figure.appendChild(document.createElement("div"));
  tip.className = "tip";
  tip.hidden = true;

  const nearest = (at) => {
    let first = 0, last = rows.length - 1;
    while (last - first > 1) {
      const middle = (first + last) >> 1;
      if (rows[middle][0] < at) first = middle; else last = middle;
    }
    return Math.abs(rows[first][0] - at) < Math.abs(rows[last][0] - at) ? rows[first] : rows[last];
  };

  for (const svg of figure.querySelectorAll("svg[data-plot]")) {
    const [left, right, top, bottom] = JSON.parse(svg.dataset.plot);
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    line.setAttribute("class", "cursor");
    line.setAttribute("y1", top);
    line.setAttribute("y2", bottom);

    const show = (event) => {
      const box = svg.getBoundingClientRect();
      const scale = box.width / svg.viewBox.baseVal.width;
      const at = low + ((event.clientX - box.left) / scale - left) / (right - left) * (high - low);
      const [position, time, texts] = nearest(at);
      const x = left + (position - low) / (high - low) * (right - left);
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
      svg.appendChild(line);
      tip.replaceChildren();
      tip.appendChild(document.createElement("b")).textContent = time;
      for (const text of texts) tip.appendChild(document.createElement("div")).textContent = text;
      tip.hidden = false;
      const frame = figure.getBoundingClientRect();
      const place = x * scale + box.left - frame.left, width = tip.offsetWidth;
      const beside = place + 12 + width > figure.offsetWidth ? place - 12 - width : place + 12;
      tip.style.left = `${Math.max(0, beside)}px`;
      tip.style.top = `${box.top - frame.top + top * scale + 4}px`;
    };
    svg.addEventListener("pointermove", show);
    svg.addEventListener("pointerdown", show);
    svg.addEventListener("pointerleave", () => { tip.hidden = true; line.remove(); });
  }
}
