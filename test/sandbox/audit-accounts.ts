import { type Books, type Entry, textOf, timeOf } from "./books.ts"
import { classOf, type Finding, finding, hour } from "./finding.ts"

/** Which field of which list names an account, and on which list that stands. */
const naming = [
  ["fiat_deposits", "fiatAccountId", "fiat_accounts"],
  ["fiat_withdrawals", "bankAccountId", "bank_accounts"],
  ["crypto_deposits", "walletId", "crypto_deposit_wallets"],
  ["crypto_withdrawals", "beneficiaryId", "wallet_beneficiaries"],
  ["collection_payments", "collectionWalletId", "collection_wallets"],
] as const

const closedWords = ["CLOSED", "DISABLED", "BLOCKED"]

const listed = (books: Books, stream: string): ReadonlyMap<string, Entry> =>
  new Map(books.entries.filter((entry) => entry.stream === stream).map((entry) => [entry.id, entry]))

/** Records that are not void with the account that they name. */
const uses = (books: Books, accounts: (stream: string) => ReadonlyMap<string, Entry>) =>
  naming.flatMap(([stream, field, list]) =>
    books.entries
      .filter((entry) => entry.stream === stream && classOf(entry) !== "void" && textOf(entry, field) !== null)
      .map((entry) => ({ entry, account: accounts(list).get(textOf(entry, field) ?? "") ?? null })),
  )

/** Accounts that nobody has, somebody else's, and such of another currency or network. Those in quarantine prove nothing. */
export const auditAccounts = (books: Books): ReadonlyArray<Finding> => {
  const lists = new Map(naming.map(([, , list]) => [list as string, listed(books, list)]))
  return uses(books, (list) => lists.get(list) ?? new Map()).flatMap(({ account, entry }) => {
    if (account === null) {
      const isOld = books.now - (timeOf(entry, "createdAt") ?? 0) > hour
      return isOld ? [finding("REF_UNKNOWN", entry.id, "high")] : []
    }
    const isForeign =
      account.customerId !== entry.customerId ||
      textOf(account, "currency") !== textOf(entry, "currency") ||
      textOf(account, "network") !== textOf(entry, "network")
    return isForeign ? [finding("REF_FOREIGN", entry.id, "critical")] : []
  })
}

/** Records that were created after a night before had seen their account closed. */
export const auditClosedAccounts = (nights: ReadonlyArray<Books>): ReadonlyArray<Finding> => {
  const closing = nights.at(-1)
  if (closing === undefined) return []
  const seen = nights
    .slice(0, -1)
    .flatMap((night) =>
      naming.flatMap(([, , list]) =>
        [...listed(night, list).values()]
          .filter((account) => closedWords.includes(textOf(account, "status") ?? ""))
          .map((account) => ({ id: account.id, at: night.now })),
      ),
    )
  const late = naming.flatMap(([stream, field]) =>
    closing.entries.filter(
      (entry) =>
        entry.stream === stream &&
        classOf(entry) !== "void" &&
        seen.some(({ at, id }) => id === textOf(entry, field) && (timeOf(entry, "createdAt") ?? 0) > at),
    ),
  )
  return late.map(({ id }) => finding("REF_CLOSED", id, "high"))
}
