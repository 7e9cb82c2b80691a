import { escaped } from "./cells.ts"
import { stylesXml } from "./styles.ts"
import { type Worksheet, worksheetXml } from "./worksheet.ts"

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
const documents = "application/vnd.openxmlformats-officedocument.spreadsheetml"
const packages = "application/vnd.openxmlformats-package"
const packageSchemas = "http://schemas.openxmlformats.org/package/2006"

/** A part of the workbook: its name in the file, and its text, piece by piece. */
export type Part = readonly [name: string, pieces: AsyncIterable<string> | Iterable<string>]

const sheetFile = (nth: number): string => `worksheets/sheet${nth + 1}.xml`

export const sheetPart = (nth: number, sheet: Worksheet): Part => [
  `xl/${sheetFile(nth)}`,
  (async function* () {
    yield head
    yield* worksheetXml(sheet)
  })(),
]

const related = (links: ReadonlyArray<readonly [type: string, target: string]>): string =>
  `<Relationships xmlns="${packageSchemas}/relationships">${links
    .map(([type, target], nth) => `<Relationship Id="rId${nth + 1}" Type="${type}" Target="${target}"/>`)
    .join("")}</Relationships>`

const contentTypes = (sheets: number): string => {
  const types: ReadonlyArray<readonly [part: string, type: string]> = [
    ["xl/workbook.xml", `${documents}.sheet.main+xml`],
    ...Array.from({ length: sheets }, (_, nth) => [`xl/${sheetFile(nth)}`, `${documents}.worksheet+xml`] as const),
    ["xl/styles.xml", `${documents}.styles+xml`],
    ["docProps/core.xml", `${packages}.core-properties+xml`],
  ]
  return `<Types xmlns="${packageSchemas}/content-types"><Default Extension="rels" ContentType="${packages}.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${types
    .map(([part, type]) => `<Override PartName="/${part}" ContentType="${type}"/>`)
    .join("")}</Types>`
}

/** Everything but the sheets. The times are not those of writing, so that the same night gives the same bytes. */
export const bookParts = (sheetNames: ReadonlyArray<string>, written: string): ReadonlyArray<Part> => {
  const sheets = sheetNames.map(
    (name, nth) => `<sheet name="${escaped(name)}" sheetId="${nth + 1}" r:id="rId${nth + 1}"/>`,
  )
  const texts: ReadonlyArray<readonly [name: string, text: string]> = [
    ["[Content_Types].xml", contentTypes(sheetNames.length)],
    [
      "_rels/.rels",
      related([
        [`${relationships}/officeDocument`, "xl/workbook.xml"],
        [`${packageSchemas}/relationships/metadata/core-properties`, "docProps/core.xml"],
      ]),
    ],
    [
      "docProps/core.xml",
      `<cp:coreProperties xmlns:cp="${packageSchemas}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator>tidemark</dc:creator>${[
        "created",
        "modified",
      ]
        .map((what) => `<dcterms:${what} xsi:type="dcterms:W3CDTF">${written}</dcterms:${what}>`)
        .join("")}</cp:coreProperties>`,
    ],
    [
      "xl/workbook.xml",
      `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${relationships}"><sheets>${sheets.join("")}</sheets></workbook>`,
    ],
    [
      "xl/_rels/workbook.xml.rels",
      related([
        ...sheetNames.map((_, nth) => [`${relationships}/worksheet`, sheetFile(nth)] as const),
        [`${relationships}/styles`, "styles.xml"],
      ]),
    ],
    ["xl/styles.xml", stylesXml],
  ]
  return texts.map(([name, text]) => [name, [head, text]])
}
