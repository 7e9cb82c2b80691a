/**
 * The records of a page as they were written, character for character: a reader of evidence must not see numbers that a
 * parser has read and printed again. The page is valid JSON, which reading it has shown before it was stored.
 */

const blank = /[\s\uFEFF]*/y
const scalar = /[^\s,\]}]+/y
const text = /"(?:[^"\\]|\\[\s\S])*"/y

const endOf = (pattern: RegExp, json: string, at: number): number => {
  pattern.lastIndex = at
  return pattern.test(json) ? pattern.lastIndex : at
}

const skipBlank = (json: string, at: number): number => endOf(blank, json, at)

/** Where the value that begins here ends. */
const valueEnd = (json: string, at: number): number => {
  const first = json[at]
  if (first === '"') return endOf(text, json, at)
  if (first !== "{" && first !== "[") return endOf(scalar, json, at)
  let depth = 0
  let place = at
  while (place < json.length) {
    const character = json[place]
    if (character === '"') {
      place = Math.max(endOf(text, json, place), place + 1)
      continue
    }
    if (character === "{" || character === "[") depth++
    if (character === "}" || character === "]") depth--
    place++
    if (depth === 0) return place
  }
  return json.length
}

interface Part {
  readonly key: string | null
  readonly from: number
  readonly to: number
}

/** The values inside the object or list that begins here; those of an object with their keys. */
const partsOf = (json: string, at: number): ReadonlyArray<Part> => {
  const isObject = json[at] === "{"
  if (!isObject && json[at] !== "[") return []
  const parts: Array<Part> = []
  let place = skipBlank(json, at + 1)
  while (place < json.length && json[place] !== "}" && json[place] !== "]") {
    let key: string | null = null
    if (isObject) {
      const keyEnd = endOf(text, json, place)
      key = String(JSON.parse(json.slice(place, keyEnd)))
      place = skipBlank(json, skipBlank(json, keyEnd) + 1)
    }
    const to = valueEnd(json, place)
    parts.push({ key, from: place, to })
    place = skipBlank(json, to)
    if (json[place] === ",") place = skipBlank(json, place + 1)
  }
  return parts
}

/** The texts of the records at the dotted path, in their order. Of a key that comes twice the last counts, as in JSON.parse. */
export const recordTexts = (page: string, itemsPath: string): ReadonlyArray<string> => {
  let at = skipBlank(page, 0)
  for (const key of itemsPath.split(".").filter((name) => name !== "")) {
    const found = partsOf(page, at).findLast((part) => part.key === key)
    if (found === undefined) return []
    at = found.from
  }
  return page[at] === "[" ? partsOf(page, at).map(({ from, to }) => page.slice(from, to)) : []
}
