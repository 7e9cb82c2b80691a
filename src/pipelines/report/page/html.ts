/** Markup that is safe to stand in a page as it is. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Piece = Html | string | number | null | ReadonlyArray<Html>

/**
 * Markup with values in it. Whatever is not markup itself is a text, from wherever it came, and can only ever be read:
 * nothing in it opens a tag, ends an attribute or turns the text around it.
 */
export const html = (parts: TemplateStringsArray, ...pieces: ReadonlyArray<Piece>): Html =>
  new Html(parts.map((part, place) => part + (place < pieces.length ? textOf(pieces[place] ?? null) : "")).join(""))

const textOf = (piece: Piece): string => {
  if (piece === null) return ""
  if (piece instanceof Html) return piece.text
  if (typeof piece === "string") return escaped(piece)
  return typeof piece === "number" ? String(piece) : piece.map(({ text }) => text).join("")
}

export const joined = (pieces: ReadonlyArray<Html>): Html => new Html(pieces.map(({ text }) => text).join("\n"))

export const nothing = new Html("")

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

const escaped = (text: string): string => visible(text).replace(/[&<>"']/g, (sign) => entities[sign] ?? sign)

/**
 * Control characters, which HTML forbids, as the pictures that Unicode has for them; and the marks that turn the direction
 * of writing, with which one text passes for another, as their names.
 */
const visible = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that a page may not hold.
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, (sign) => String.fromCharCode(0x2400 + sign.charCodeAt(0)))
    .replace(/[\u007F-\u009F\u202A-\u202E\u2066-\u2069\u200E\u200F\uFFFE\uFFFF]/g, (sign) => `⟨U+${hex(sign)}⟩`)

const hex = (sign: string): string => sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")
