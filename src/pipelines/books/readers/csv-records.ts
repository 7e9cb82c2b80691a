/** A record of a CSV file: its values, or null where a quote is out of place. */
export interface CsvRecord {
  /** The physical line on which it begins, from 0 within what was given. */
  readonly start: number
  /** The physical line after it. */
  readonly next: number
  readonly values: ReadonlyArray<string> | null
}

/** A quoted value that is longer than this many lines was never closed. */
const longestValue = 2000

/**
 * The record that begins on a line. A quote opens a value only where the value begins; within, it is written twice, and
 * what follows the one that closes it is a delimiter or the end of the line. Where it is otherwise the quote costs its own
 * line and no other: what follows is read as if the line were not there. Undefined where more lines are needed.
 */
export const csvRecord = (
  lines: ReadonlyArray<string>,
  start: number,
  delimiter: string,
  isEnd: boolean,
): CsvRecord | undefined => {
  const first = lines[start] ?? ""
  if (!first.includes('"')) return { start, next: start + 1, values: first.split(delimiter) }
  const broken: CsvRecord = { start, next: start + 1, values: null }
  const values: Array<string> = []
  let at = 0
  let row = start
  let line = first
  for (;;) {
    if (line[at] !== '"') {
      const end = line.indexOf(delimiter, at)
      values.push(end === -1 ? line.slice(at) : line.slice(at, end))
      if (end === -1) return { start, next: row + 1, values }
      at = end + 1
      continue
    }
    let value = ""
    at += 1
    for (;;) {
      const quote = line.indexOf('"', at)
      if (quote === -1) {
        value += `${line.slice(at)}\n`
        row += 1
        at = 0
        if (row - start > longestValue) return broken
        const following = lines[row]
        if (following === undefined) return isEnd ? broken : undefined
        line = following
        continue
      }
      value += line.slice(at, quote)
      at = quote + 1
      if (line[at] !== '"') break
      value += '"'
      at += 1
    }
    if (at < line.length && line[at] !== delimiter) return broken
    values.push(value)
    if (at >= line.length) return { start, next: row + 1, values }
    at += 1
  }
}
