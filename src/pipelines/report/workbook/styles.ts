interface Format {
  readonly code: string
  readonly font?: number
  /** Written with an apostrophe in front, so that it stays a text even when somebody edits the cell. */
  readonly isQuoted?: true
}

/** By their place in the file: a cell names its own by number. "@" is text. */
const formats = {
  general: { code: "General" },
  head: { code: "General", font: 1 },
  bold: { code: "@", font: 1 },
  title: { code: "@", font: 2 },
  text: { code: "@" },
  quoted: { code: "@", isQuoted: true },
  time: { code: "yyyy-mm-dd hh:mm:ss" },
  date: { code: "yyyy-mm-dd" },
  integer: { code: "#,##0" },
} as const satisfies Readonly<Record<string, Format>>

const names = Object.keys(formats) as ReadonlyArray<keyof typeof formats>

export const styles = Object.fromEntries(names.map((name, place) => [name, place])) as Readonly<
  Record<keyof typeof formats, number>
>

/** More decimals than a spreadsheet shows. */
const mostDecimals = 30

/** One for each number of decimals, after those that have a name. */
export const moneyStyle = (decimals: number): number =>
  decimals === 0 ? styles.integer : names.length - 1 + Math.min(decimals, mostDecimals)

const all: ReadonlyArray<Format> = [
  ...Object.values(formats),
  ...Array.from({ length: mostDecimals }, (_, nth) => ({ code: `#,##0.${"0".repeat(nth + 1)}` })),
]

const codes = [...new Set(all.map(({ code }) => code))].filter((code) => code !== "General")

/** The format's own numbers of formats end before this one. */
const firstFormat = 164

const formatId = ({ code }: Format): number => (code === "General" ? 0 : firstFormat + codes.indexOf(code))

const fonts = [
  '<sz val="11"/><name val="Calibri"/>',
  '<b/><sz val="11"/><name val="Calibri"/>',
  '<b/><sz val="14"/><name val="Calibri"/>',
]

const listed = (name: string, items: ReadonlyArray<string>): string =>
  `<${name} count="${items.length}">${items.join("")}</${name}>`

export const stylesXml = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${[
  listed(
    "numFmts",
    codes.map((code, nth) => `<numFmt numFmtId="${firstFormat + nth}" formatCode="${code}"/>`),
  ),
  listed(
    "fonts",
    fonts.map((font) => `<font>${font}</font>`),
  ),
  listed(
    "fills",
    ["none", "gray125"].map((pattern) => `<fill><patternFill patternType="${pattern}"/></fill>`),
  ),
  listed("borders", ["<border><left/><right/><top/><bottom/><diagonal/></border>"]),
  listed("cellStyleXfs", ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>']),
  listed(
    "cellXfs",
    all.map(
      (format) =>
        `<xf numFmtId="${formatId(format)}" fontId="${format.font ?? 0}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"${format.isQuoted ? ' quotePrefix="1"' : ""}/>`,
    ),
  ),
  listed("cellStyles", ['<cellStyle name="Normal" xfId="0" builtinId="0"/>']),
].join("")}</styleSheet>`
