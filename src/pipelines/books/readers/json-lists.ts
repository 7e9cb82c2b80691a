/** The text is not JSON that we read; the sentence says why. */
export class JsonFault extends Error {
  readonly line: number
  constructor(line: number, detail: string) {
    super(detail)
    this.line = line
  }
}

/** A list of a JSON text that lies in no other list: where it lies, and where each of its elements stands. */
export interface JsonList {
  /** `data.entries`; empty where the text itself is the list. */
  readonly path: string
  readonly elements: ReadonlyArray<{ readonly start: number; readonly end: number }>
}

const token = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|[{}[\],:]/g

interface Level {
  readonly opens: "{" | "["
  readonly start: number
  /** Of an object: the key whose value is read. */
  key: string
  /** Of a list that lies in no other one: where its elements stand. */
  readonly list: Array<{ start: number; end: number }> | null
  elementStart: number
}

/** A count of lines that is asked for places in their order. */
export const lineCounter = (text: string): ((place: number) => number) => {
  let line = 1
  let at = 0
  return (place) => {
    for (let next = text.indexOf("\n", at); next !== -1 && next < place; next = text.indexOf("\n", at)) {
      line += 1
      at = next + 1
    }
    return line
  }
}

/**
 * Every list of the text that lies in no other list, in order; one that goes on, as where pages of an API were written one
 * after another, is one. Throws JsonFault where brackets do not close one another.
 */
export const jsonLists = (text: string): ReadonlyArray<JsonList> => {
  const lists: Array<JsonList & { readonly elements: Array<JsonList["elements"][number]> }> = []
  const open: Array<Level> = []
  let lastString = ""
  const fault = (place: number, detail: string) =>
    new JsonFault(lineCounter(text)(place), `is not JSON: ${detail}; correct the file`)
  const endElement = (level: Level, end: number) => {
    if (level.list !== null && text.slice(level.elementStart, end).trim() !== "") {
      level.list.push({ start: level.elementStart, end })
    }
  }
  const mustBeBlank = (from: number, to: number) => {
    const between = text.slice(from, to)
    if (between.trim() === "") return
    const place = from + between.length - between.trimStart().length
    throw fault(place, `${JSON.stringify(between.trim().slice(0, 20))} stands outside of what was opened`)
  }
  let ended = 0
  for (const match of text.matchAll(token)) {
    const [sign] = match
    const at = match.index
    const level = open.at(-1)
    switch (sign) {
      case "{":
      case "[": {
        if (level === undefined) mustBeBlank(ended, at)
        const isFree = sign === "[" && !open.some(({ opens }) => opens === "[")
        open.push({ opens: sign, start: at, key: "", list: isFree ? [] : null, elementStart: at + 1 })
        break
      }
      case "}":
      case "]": {
        if (level === undefined || (level.opens === "{") !== (sign === "}")) {
          throw fault(at, `a ${sign} closes what is not open`)
        }
        open.pop()
        if (open.length === 0) ended = at + 1
        if (level.list === null) break
        endElement(level, at)
        const path = open.map(({ key }) => key).join(".")
        const same = lists.find((list) => list.path === path)
        if (same === undefined) lists.push({ path, elements: level.list })
        else same.elements.push(...level.list)
        break
      }
      case ":":
        if (level?.opens === "{") level.key = lastString
        break
      case ",":
        if (level?.list != null) {
          endElement(level, at)
          level.elementStart = at + 1
        }
        break
      default:
        lastString = sign.slice(1, -1)
    }
  }
  const [unclosed] = open
  if (unclosed !== undefined) throw fault(open.at(-1)?.start ?? 0, `a ${open.at(-1)?.opens} is not closed`)
  mustBeBlank(ended, text.length)
  return lists
}

/** The paths of the keys that an object has twice: a parser would take the last and say nothing. */
export const repeatedKeys = (text: string): ReadonlyArray<string> => {
  const open: Array<{ readonly keys: Set<string> | null; key: string }> = []
  const repeated: Array<string> = []
  let lastString = ""
  for (const [sign] of text.matchAll(token)) {
    const level = open.at(-1)
    if (sign === "{" || sign === "[") open.push({ keys: sign === "{" ? new Set() : null, key: "" })
    else if (sign === "}" || sign === "]") open.pop()
    else if (sign.startsWith('"')) lastString = sign.includes("\\") ? String(JSON.parse(sign)) : sign.slice(1, -1)
    else if (sign === ":" && level?.keys != null) {
      level.key = lastString
      if (level.keys.has(lastString)) repeated.push(open.map(({ key }) => key).join("."))
      level.keys.add(lastString)
    }
  }
  return repeated
}
