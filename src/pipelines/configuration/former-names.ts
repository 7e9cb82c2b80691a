/** What was named after a ledger is named after the partner's books: "ledger" is left to the API's own. */
const renamed: ReadonlyArray<readonly [former: RegExp, today: string]> = [
  [/^ledger$/, "books"],
  [/^--ledger$/, "--book"],
  [/^LEDG_/, "BOOK_"],
]

/** What a name of an earlier version is called today; null where it is none. */
export const nameOfToday = (given: string): string | null => {
  const row = renamed.find(([former]) => former.test(given))
  return row === undefined ? null : given.replace(...row)
}
