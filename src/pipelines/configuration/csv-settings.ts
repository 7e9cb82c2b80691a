import { Schema } from "effect"

/** How the values of CSV files are written. */
export interface CsvForm {
  readonly separator: "," | ";" | "\t" | "|"
  readonly decimal: "." | ","
  /** `iso` is exact; `sheet` is what a spreadsheet takes for a date, in UTC and without fractions of a second. */
  readonly times: "iso" | "sheet"
  /** Without it, Excel takes UTF-8 for something else. */
  readonly byteOrderMark: boolean
}

/** `excel` is for an Excel whose numbers have a decimal comma, as in Germany or France. Source: docs/csv.md, "For programs and for Excel". */
const profiles = {
  plain: { separator: ",", decimal: ".", times: "iso", byteOrderMark: false },
  excel: { separator: ";", decimal: ",", times: "sheet", byteOrderMark: true },
} as const satisfies Readonly<Record<string, CsvForm>>

export const plainCsv: CsvForm = profiles.plain

const separator = Schema.Literal(",", ";", "\t", "|")
const decimal = Schema.Literal(".", ",")
const times = Schema.Literal("iso", "sheet")

const bothCommas = () => 'must not be "," where the separator is one too'

const Given = Schema.Struct({
  profile: Schema.optionalWith(Schema.Literal("plain", "excel"), { default: () => "plain" as const }),
  separator: Schema.optionalWith(separator, { exact: true }),
  decimal: Schema.optionalWith(decimal, { exact: true }),
  times: Schema.optionalWith(times, { exact: true }),
  byteOrderMark: Schema.optionalWith(Schema.Boolean, { exact: true }),
})

const formOf = ({ profile, ...said }: typeof Given.Type): CsvForm => ({ ...profiles[profile], ...said })

/** A profile, and what is said otherwise than it. */
export const CsvSetting = Schema.optionalWith(
  Schema.transform(
    Given.pipe(
      Schema.filter((given) => {
        const { decimal, separator } = formOf(given)
        return decimal === "," && separator === "," ? { path: ["decimal"], message: bothCommas() } : undefined
      }),
    ),
    Schema.Struct({ separator, decimal, times, byteOrderMark: Schema.Boolean }),
    { strict: true, decode: formOf, encode: (form) => ({ profile: "plain" as const, ...form }) },
  ),
  { default: () => plainCsv },
)
