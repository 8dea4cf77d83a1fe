// Tables that sort by a click on a heading. Without this the tables stand as written.
"use strict";
(() => {
  const decimal = document.documentElement.lang === "nl" ? "," : ".";

  // A number as the page writes it; of a range ("3 - 8") the first.
  function numberOf(text) {
    const value = parseFloat(text.replace(decimal, "."));
    return Number.isNaN(value) ? null : value;
  }

  function sort(table, column, isNumber, descending) {
    const rows = [...table.tBodies[0].rows];
    const read = (row) => row.cells[column].textContent.trim();
    const key = new Map(
      rows.map((row) => [row, isNumber ? numberOf(read(row)) : read(row)]),
    );
    const isBlank = (value) => value === null || value === "";
    rows.sort((a, b) => {
      const [x, y] = [key.get(a), key.get(b)];
      if (isBlank(x) || isBlank(y)) return isBlank(x) - isBlank(y); // blanks last
      const order = isNumber
        ? x - y
        : x.localeCompare(y, document.documentElement.lang, { numeric: true });
      return descending ? -order : order;
    });
    table.tBodies[0].append(...rows);
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const descending = heading.getAttribute("aria-sort") === "ascending";
        for (const other of headings) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
        sort(table, column, heading.classList.contains("n"), descending);
      });
    });
  }
})();
