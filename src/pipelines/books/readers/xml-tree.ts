import { SaxesParser } from "saxes"

/** An element as a reader of bank statements needs it: names without their prefix. */
export interface XmlElement {
  readonly name: string
  readonly namespace: string
  readonly attributes: Readonly<Record<string, string>>
  /** The line of the file on which it begins. */
  readonly line: number
  readonly text: string
  readonly children: ReadonlyArray<XmlElement>
}

/** The text is not XML that we read; the sentence says why. */
export class XmlFault extends Error {
  readonly line: number
  constructor(line: number, detail: string) {
    super(detail)
    this.line = line
  }
}

/** What lies deeper is no bank statement, costs more with every level, and nothing is to go down with it. */
const deepest = 100

interface Growing extends XmlElement {
  text: string
  readonly children: Array<XmlElement>
}

/**
 * Reads XML into a tree; throws XmlFault. A document type is refused, and with it every entity that it could define, so
 * that a file can neither reach for another file nor grow without end. Lines are counted on from those that stood before.
 */
export const parseXml = (text: string, linesBefore = 0): XmlElement => {
  const parser = new SaxesParser({ xmlns: true })
  const open: Array<Growing> = []
  let root: Growing | null = null
  parser.on("error", (error) => {
    throw new XmlFault(
      parser.line + linesBefore,
      `is not well-formed XML (${error.message.replace(/^\d+:\d+: /, "").replace(/\.$/, "")}); fetch it again, or ask the bank for it anew`,
    )
  })
  parser.on("doctype", () => {
    throw new XmlFault(
      parser.line + linesBefore,
      "has a document type (DOCTYPE), which a bank statement does not need; it is refused",
    )
  })
  parser.on("opentag", (tag) => {
    const element: Growing = {
      name: tag.local,
      namespace: tag.uri,
      attributes: Object.fromEntries(Object.values(tag.attributes).map(({ local, value }) => [local, value])),
      line: parser.line + linesBefore,
      text: "",
      children: [],
    }
    if (open.length >= deepest) {
      throw new XmlFault(element.line, `is nested more than ${deepest} deep, which no bank statement is`)
    }
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  })
  const addText = (more: string) => {
    const element = open.at(-1)
    if (element !== undefined) element.text += more
  }
  parser.on("text", addText)
  parser.on("cdata", addText)
  parser.on("closetag", () => void open.pop())
  parser.write(text).close()
  if (root === null) throw new XmlFault(1, "is empty")
  return root
}

/** The element and all that lie in it, in the order of the file. */
export const descendants = (element: XmlElement): ReadonlyArray<XmlElement> => [
  element,
  ...element.children.flatMap(descendants),
]

/** The first element under the path of names, or null. */
export const find = (element: XmlElement, ...path: ReadonlyArray<string>): XmlElement | null => {
  let at: XmlElement | undefined = element
  for (const name of path) at = at?.children.find((child) => child.name === name)
  return at ?? null
}

export const findAll = (element: XmlElement, name: string): ReadonlyArray<XmlElement> =>
  element.children.filter((child) => child.name === name)

/** The text under the path without blanks around it; null where there is none. */
export const textAt = (element: XmlElement, ...path: ReadonlyArray<string>): string | null => {
  const text = find(element, ...path)?.text.trim() ?? ""
  return text === "" ? null : text
}
