/**
 * JSON text as it was written, place by place. The text is valid, which JSON.parse has shown before; nothing here goes
 * deeper with it, so that ten thousand brackets cost no more than their length.
 */

const quote = 34
const backslash = 92
const comma = 44

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0xfeff

const skipBlank = (json: string, at: number): number => {
  let place = at
  while (isBlank(json.charCodeAt(place))) place++
  return place
}

/** Where the text ends whose opening quote stands here. */
export const stringEnd = (json: string, at: number): number => {
  for (let end = json.indexOf('"', at + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let slashes = 0
    while (json.charCodeAt(end - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return end + 1
  }
  return json.length
}

const isOpening = (code: number): boolean => code === 0x5b || code === 0x7b
const isClosing = (code: number): boolean => code === 0x5d || code === 0x7d

const scalarEnd = (json: string, at: number): number => {
  let place = at
  while (place < json.length) {
    const code = json.charCodeAt(place)
    if (code === comma || isClosing(code) || isBlank(code)) return place
    place++
  }
  return place
}

/** Where the value ends that begins here. */
const valueEnd = (json: string, at: number): number => {
  const first = json.charCodeAt(at)
  if (first === quote) return stringEnd(json, at)
  if (!isOpening(first)) return scalarEnd(json, at)
  let depth = 0
  let place = at
  while (place < json.length) {
    const code = json.charCodeAt(place)
    if (code === quote) {
      place = stringEnd(json, place)
      continue
    }
    if (isOpening(code)) depth++
    else if (isClosing(code)) depth--
    place++
    if (depth === 0) return place
  }
  return json.length
}

/** How deep the text's objects and lists lie in each other; 0 for a single value. */
export const depthOf = (json: string): number => {
  let depth = 0
  let deepest = 0
  for (let place = 0; place < json.length; ) {
    const code = json.charCodeAt(place)
    if (code === quote) {
      place = stringEnd(json, place)
      continue
    }
    if (isOpening(code)) deepest = Math.max(deepest, ++depth)
    else if (isClosing(code)) depth--
    place++
  }
  return deepest
}

/** A value inside an object or a list, `json.slice(from, to)`. */
export interface Part {
  /** Null in a list. */
  readonly key: Key | null
  readonly from: number
  readonly to: number
}

interface Key {
  readonly name: string
  /** Its text, quotes included, is `json.slice(from, to)`. */
  readonly from: number
  readonly to: number
}

const keyAt = (json: string, from: number): Key => {
  const to = stringEnd(json, from)
  const written = json.slice(from + 1, to - 1)
  return { name: written.includes("\\") ? String(JSON.parse(json.slice(from, to))) : written, from, to }
}

/** The values inside the object or list that begins here, one level down; none of what is neither. */
export const partsOf = (json: string, at: number): ReadonlyArray<Part> => {
  if (!isOpening(json.charCodeAt(at))) return []
  const isObject = json[at] === "{"
  const parts: Array<Part> = []
  let place = skipBlank(json, at + 1)
  while (place < json.length && !isClosing(json.charCodeAt(place))) {
    const key = isObject ? keyAt(json, place) : null
    // Past the colon.
    if (key !== null) place = skipBlank(json, skipBlank(json, key.to) + 1)
    const to = valueEnd(json, place)
    parts.push({ key, from: place, to })
    place = skipBlank(json, to)
    if (json.charCodeAt(place) === comma) place = skipBlank(json, place + 1)
  }
  return parts
}

/** Where the page's value begins. */
export const rootOf = (json: string): number => skipBlank(json, 0)

/** The keys of a dotted path, `pageInfo.nextCursor`; none for the whole. */
export const keysOf = (path: string): ReadonlyArray<string> => path.split(".").filter((key) => key !== "")

/**
 * The texts of the records at the dotted path, in their order. Of a key that comes twice the last counts, as in
 * JSON.parse.
 */
export const recordTexts = (page: string, itemsPath: string): ReadonlyArray<string> => {
  let at = rootOf(page)
  for (const key of keysOf(itemsPath)) {
    const found = partsOf(page, at).findLast((part) => part.key?.name === key)
    if (found === undefined) return []
    at = found.from
  }
  return page[at] === "[" ? partsOf(page, at).map(({ from, to }) => page.slice(from, to)) : []
}

/** The first key on the dotted path that stands twice in its object; null where the path is one. */
export const keyTwiceOn = (page: string, path: string): string | null => {
  let at = rootOf(page)
  for (const key of keysOf(path)) {
    const [found, again] = partsOf(page, at).filter((part) => part.key?.name === key)
    if (again !== undefined) return key
    if (found === undefined) return null
    at = found.from
  }
  return null
}
