/** Files that are no text of lines, by how they begin, and what a person does with one. */
const rows: ReadonlyArray<readonly [begins: string | RegExp, what: string, remedy: string]> = [
  ["PK\u0003\u0004", "a workbook (XLSX) or another ZIP archive", "save its sheet as CSV UTF-8, or unpack it"],
  ["\u00d0\u00cf\u0011\u00e0", "an old workbook (XLS)", "save its sheet as CSV UTF-8"],
  ["%PDF", "a PDF", "ask the bank for CSV or CAMT.053"],
  ["PAR1", "Parquet", "import it with --format parquet"],
  ["\u0028\u00b5\u002f\u00fd", "packed with Zstandard", "unpack it, or pack it with gzip"],
  [/^(\xef\xbb\xbf)?\s*<(!doctype html|html|table)/i, "a page (HTML)", "save it as CSV UTF-8, or fetch it again"],
  [/^(\xef\xbb\xbf)?\s*<(\?xml|document)/i, "XML", "import a bank statement with --format camt053, others as CSV"],
  [/^\s*(OFXHEADER:|<OFX>)/, "OFX", "ask the bank for CAMT.053 or CSV"],
  [/^\s*!(Type|Account|Option):/i, "QIF", "ask the bank for CAMT.053 or CSV"],
  [/^\s*01,[^,\n]*,[^,\n]*,\d{6},\d{4},/, "a statement as BAI2", "ask the bank for CAMT.053 or CSV"],
  [/^\s*(\{1:F01[\s\S]*:20:|:20:)/, "a statement as MT940", "ask the bank for CAMT.053 or CSV"],
]

/** Why bytes that should be a text of lines are none, with the remedy; null where nothing speaks against it. */
export const foreignFormat = (bytes: Uint8Array): string | null => {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 400))
  const row = rows.find(([begins]) => (typeof begins === "string" ? head.startsWith(begins) : begins.test(head)))
  return row === undefined ? null : `is ${row[1]}; ${row[2]}`
}
