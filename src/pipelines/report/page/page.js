// What the tables do besides being read. Without it every row is there, in the order of the report.

{
  /** An amount as a whole number of its smallest unit, so that no digit is lost; null for no amount. */
  const units = (text) => {
    const [, sign, whole, fraction = ""] = /^(-?)([\d,]+)(?:\.(\d+))?$/.exec(text.trim()) ?? []
    return whole === undefined ? null : BigInt(sign + whole.replaceAll(",", "") + fraction.slice(0, 40).padEnd(40, "0"))
  }

  const order = new Intl.Collator("en", { numeric: true })

  /** Below nothing stands nothing: empty cells come last in either direction. */
  const compare = (a, b, isNumber) => {
    if (a === b) return 0
    if (isNumber) return a < b ? -1 : 1
    return order.compare(a, b)
  }

  const conditionOf = (word) => {
    const [, sign, number] = /^(>=|<=|>|<|=)(-?[\d,.]+)$/.exec(word) ?? []
    const bound = number === undefined ? null : units(number)
    if (bound === null) return (row) => row.text.includes(word.toLowerCase())
    const holds = {
      ">": (value) => value > bound,
      "<": (value) => value < bound,
      ">=": (value) => value >= bound,
      "<=": (value) => value <= bound,
      "=": (value) => value === bound,
    }[sign]
    return (row) => row.amounts.some(holds)
  }

  const readRows = (table, isNumber) =>
    Array.from(table.tBodies[0].rows, (line) => {
      const texts = Array.from(line.cells, (cell) => cell.textContent)
      const keys = texts.map((text, column) => (isNumber[column] ? units(text) : text === "" ? null : text))
      const amounts = keys.filter((key) => typeof key === "bigint")
      return { line, keys, amounts, text: texts.join("\n").toLowerCase() }
    })

  const makeSortable = (heads, rows, isNumber, body) => {
    heads.forEach((head, column) => {
      const button = document.createElement("button")
      button.type = "button"
      button.append(...head.childNodes)
      head.append(button)
      head.setAttribute("aria-sort", "none")
      button.addEventListener("click", () => {
        const descending = head.getAttribute("aria-sort") === "ascending"
        for (const other of heads) other.setAttribute("aria-sort", "none")
        head.setAttribute("aria-sort", descending ? "descending" : "ascending")
        const there = rows.filter((row) => row.keys[column] !== null)
        const absent = rows.filter((row) => row.keys[column] === null)
        there.sort((a, b) => compare(a.keys[column], b.keys[column], isNumber[column]) * (descending ? -1 : 1))
        body.append(...[...there, ...absent].map((row) => row.line))
      })
    })
  }

  const makeFilter = (table, rows, name, number) => {
    const tools = document.createElement("div")
    tools.className = "tools"
    const label = document.createElement("label")
    const input = document.createElement("input")
    const told = document.createElement("span")
    input.type = "search"
    input.id = `filter-${number}`
    input.placeholder = "words, or amounts such as >1000 <=2.50"
    label.htmlFor = input.id
    label.textContent = "Filter"
    input.setAttribute("aria-label", `Filter: ${name}`)
    told.setAttribute("role", "status")
    input.addEventListener("input", () => {
      const conditions = input.value.split(/\s+/).filter(Boolean).map(conditionOf)
      let count = 0
      for (const row of rows) {
        const stays = conditions.every((holds) => holds(row))
        row.line.hidden = !stays
        if (stays) count++
      }
      told.textContent = conditions.length === 0 ? "" : `${count} of ${rows.length} rows`
    })
    tools.append(label, input, told)
    table.parentElement.before(tools)
  }

  document.querySelectorAll("table[data-report]").forEach((table, number) => {
    const heads = Array.from(table.tHead.rows[0].cells)
    const isNumber = heads.map((head) => head.dataset.kind === "number")
    const rows = readRows(table, isNumber)
    if (rows.length < 2) return
    makeSortable(heads, rows, isNumber, table.tBodies[0])
    if (rows.length > 10) makeFilter(table, rows, table.dataset.report, number)
  })

  // A link to an exception opens its two records.
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
    if (target instanceof HTMLDetailsElement) target.open = true
  }
  addEventListener("hashchange", open)
  open()
}
