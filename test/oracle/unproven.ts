import {
  absolute,
  amountOf,
  classOf,
  currencyOf,
  hour,
  isPosted,
  type Lists,
  networkOf,
  postedWhen,
  type Rules,
  reading,
  type Served,
  signedOf,
  textOf,
  timeOf,
} from "./lists.ts"
import { judgeMoney } from "./money.ts"
import { judgeTransactions } from "./transactions.ts"

/*
 * What must be left open, derived from the lists alone: a case is unproven where something that was not read, or cannot be, could
 * change it, and nowhere else.
 */

/** `code record leg`, with a dash where the case has no leg. */
type Case = string

const caseOf = (code: string, recordId: string, leg: string | null = null): Case =>
  [code, recordId, leg ?? "-"].join(" ")

const of = (lists: Lists, stream: string) => lists.entries.filter((entry) => entry.stream === stream)
const refusedOf = (lists: Lists, stream: string) => lists.refused.filter((entry) => entry.stream === stream)

const says = (entry: Served, field: string): string | null | undefined => {
  const value = entry.raw[field]
  return value === undefined || value === null ? null : reading(entry, field)
}

/** The money of records, each leg under the code that would speak. */
const ofMoney = (lists: Lists, rules: Rules): ReadonlyArray<Case> => {
  const legs = judgeMoney(lists, rules)
  return [
    ...legs
      .filter(
        ({ outcome, record }) => outcome === "unproven" && !lists.unread.has(`${record.customerId}/${record.stream}`),
      )
      .map(({ leg, record, wouldBe }) => caseOf(wouldBe ?? "LED_AMOUNT_MISMATCH", record.id, leg.leg)),
    ...judgeTransactions(lists, rules, legs)
      .filter(({ outcome }) => outcome === "unproven")
      .map(({ code, transaction }) => caseOf(code ?? "", transaction.id)),
  ]
}

/** A balance that is what was posted but for transactions of a status outside the contract, which may have moved it. */
const isUnclear = (lists: Lists, row: Served, asOf: number, rules: Rules): boolean => {
  const own = of(lists, "transactions").filter(
    (one) =>
      one.customerId === row.customerId && currencyOf(one, rules) === currencyOf(row, rules) && postedWhen(one) <= asOf,
  )
  const unclear = own.filter((one) => classOf(one) === "unknown")
  const off = amountOf(row, "total") - own.filter(isPosted).reduce((sum, one) => sum + signedOf(one), 0n)
  const [only] = unclear
  if (off === 0n || only === undefined) return false
  return unclear.length > 1 || absolute(off) === amountOf(only, "netAmount")
}

/** A balance that is not what was posted, with the only transaction in doubt or without it. */
const tiesInNoWay = (
  lists: Lists,
  row: Served,
  asOf: number,
  rules: Rules,
  [only, ...others]: ReadonlyArray<Served>,
): boolean => {
  const own = of(lists, "transactions").filter(
    (one) =>
      one.customerId === row.customerId && currencyOf(one, rules) === currencyOf(row, rules) && postedWhen(one) <= asOf,
  )
  const off = amountOf(row, "total") - own.filter(isPosted).reduce((sum, one) => sum + signedOf(one), 0n)
  if (only === undefined || others.length > 0 || own.some((one) => classOf(one) === "unknown")) return false
  const isReadable = ["netAmount", "direction"].every((field) => typeof reading(only, field) === "string")
  return isReadable && off !== 0n && off !== signedOf(only)
}

/** What moved since a balance that is more than a day old, and an hour, is in no balance that could prove it. */
const isStill = (lists: Lists, row: Served, asOf: number, rules: Rules): boolean =>
  lists.now - asOf > 25 * hour &&
  of(lists, "transactions").some(
    (one) =>
      one.customerId === row.customerId &&
      currencyOf(one, rules) === currencyOf(row, rules) &&
      isPosted(one) &&
      asOf < postedWhen(one) &&
      postedWhen(one) <= lists.now,
  )

/** Balances whose sum a refused transaction may be part of: its own currency alone, and only if it may be posted by then. */
const ofBalances = (lists: Lists, balances: ReadonlyArray<Served>, rules: Rules): ReadonlyArray<Case> => {
  const doubts = refusedOf(lists, "transactions").filter(
    (one) => !["PENDING", "FAILED"].includes(reading(one, "status") ?? "") && amountMayMove(one),
  )
  const isOf = (one: Served, other: Served) =>
    one.customerId === other.customerId && currencyOf(one, rules) === currencyOf(other, rules)
  // It may have left money of which no balance tells.
  const unstated = doubts
    .filter((one) => typeof reading(one, "currency") === "string")
    .filter((one) => !balances.some((row) => isOf(row, one)))
    .filter(
      (one) =>
        !of(lists, "transactions").some((other) => isOf(other, one) && !["open", "void"].includes(classOf(other))),
    )
    .map((one) =>
      caseOf(
        "BAL_UNSTATED",
        `${one.customerId}/${currencyOf(one, rules)}`,
        typeof reading(one, "network") === "string" ? networkOf(one, rules) : null,
      ),
    )
  const ofRows = balances.flatMap((row) => {
    const asOf = timeOf(row, "asOf") ?? 0
    const inDoubt = doubts.filter((one) => {
      const isHere = reading(one, "currency") === undefined || currencyOf(one, rules) === currencyOf(row, rules)
      return one.customerId === row.customerId && isHere
    })
    const isOpen = inDoubt.some((one) => (timeOf(one, "postedAt") ?? asOf) <= asOf)
    return (isOpen && !tiesInNoWay(lists, row, asOf, rules, inDoubt)) ||
      isUnclear(lists, row, asOf, rules) ||
      isStill(lists, row, asOf, rules)
      ? [caseOf("BAL_INCEPTION", `${row.customerId}/${currencyOf(row, rules)}`)]
      : []
  })
  return [...ofRows, ...new Set(unstated)]
}

const amountMayMove = (one: Served): boolean =>
  reading(one, "netAmount") === undefined || amountOf(one, "netAmount") !== 0n

/** Conversions whose quote cannot be read, by what of it cannot. */
const ofQuotes = (lists: Lists): ReadonlyArray<Case> => {
  const unreadable = new Map(refusedOf(lists, "conversion_quotes").map((quote) => [quote.id, quote]))
  const terms = ["rate", "fromCurrency", "toCurrency", "fromAmount", "toAmount"]
  return of(lists, "conversions").flatMap((conversion) => {
    const quote = unreadable.get(textOf(conversion, "quoteId") ?? "")
    if (quote === undefined) return []
    const isTime = Number.isFinite(Date.parse(String(quote.raw.expiresAt)))
    const needed = amountOf(conversion, "fee") === 0n ? terms : [...terms, "fee", "feeCurrency"]
    const hasTerms = needed.every((field) => typeof quote.raw[field] === "string" && quote.raw[field] !== "")
    return [
      caseOf("CONV_QUOTE_MISSING", conversion.id),
      ...(isTime ? [] : [caseOf("CONV_QUOTE_EXPIRED", conversion.id)]),
      ...(hasTerms ? [] : [caseOf("CONV_QUOTE_DEVIATION", conversion.id)]),
    ]
  })
}

/** Records that name one which cannot be read: it exists. */
const ofNaming = (lists: Lists, code: string, stream: string, field: string, named: string): ReadonlyArray<Case> => {
  const unreadable = new Set(refusedOf(lists, named).map(({ id }) => id))
  return of(lists, stream)
    .filter((one) => classOf(one) !== "void" && unreadable.has(textOf(one, field) ?? ""))
    .map(({ id }) => caseOf(code, id))
}

/** Checkouts with a payment of which nobody knows whether or what it paid; more can only add to what is missing. */
const ofCheckouts = (lists: Lists, rules: Rules): ReadonlyArray<Case> => {
  const payments = of(lists, "collection_payments")
  const refused = refusedOf(lists, "collection_payments")
  return of(lists, "checkouts").flatMap((checkout) => {
    const own = payments.filter(
      (one) => textOf(one, "checkoutId") === checkout.id && one.customerId === checkout.customerId,
    )
    const here = own.filter((one) => currencyOf(one, rules) === currencyOf(checkout, rules))
    const paid = here
      .filter((one) => classOf(one) === "settled")
      .reduce((sum, one) => sum + amountOf(one, "amount"), 0n)
    const isShort = amountOf(checkout, "paidAmount") < paid
    const hasForeign = own.some((one) => classOf(one) === "settled" && !here.includes(one))
    const isOpen =
      hasForeign ||
      own.some((one) => classOf(one) === "unknown") ||
      refused.some((one) => {
        const named = says(one, "checkoutId")
        if (named === null || (named !== undefined && named !== checkout.id)) return false
        const status = reading(one, "status")
        const mayCount = status === undefined || ["settled", "undone", "unknown"].includes(classOf(one))
        const isKnown = reading(one, "currency") !== undefined && reading(one, "amount") !== undefined
        return one.customerId === checkout.customerId && mayCount && !isKnown
      })
    return isOpen && !isShort ? [caseOf("COLL_CHECKOUT_TOTAL", checkout.id)] : []
  })
}

const accountLists: Readonly<Record<string, readonly [field: string, list: string]>> = {
  fiat_deposits: ["fiatAccountId", "fiat_accounts"],
  fiat_withdrawals: ["bankAccountId", "bank_accounts"],
  crypto_deposits: ["walletId", "crypto_deposit_wallets"],
  crypto_withdrawals: ["beneficiaryId", "wallet_beneficiaries"],
  collection_payments: ["collectionWalletId", "collection_wallets"],
}

/** Records that name an account of a list that was not read, unless somebody else's list has it. */
const ofAccounts = (lists: Lists, rules: Rules): ReadonlyArray<Case> =>
  Object.entries(accountLists).flatMap(([stream, [field, list]]) => {
    const known = of(lists, list)
    return of(lists, stream).flatMap((record) => {
      const id = textOf(record, field)
      const isUnread = lists.unread.has(`${record.customerId}/${list}`)
      if (id === null || classOf(record) === "void" || !isUnread) return []
      const own = known.filter((account) => account.id === id && account.customerId === record.customerId)
      const fits = own.some(
        (account) =>
          currencyOf(account, rules) === currencyOf(record, rules) &&
          networkOf(account, rules) === networkOf(record, rules),
      )
      if (fits) return []
      const isSomebodys = own.length > 0 || known.some((account) => account.id === id)
      return [caseOf(isSomebodys ? "REF_FOREIGN" : "REF_UNKNOWN", record.id)]
    })
  })

/** Every case that must be left open, in order. `balances` are the rows that were listed. */
export const unprovenCases = (lists: Lists, balances: ReadonlyArray<Served>, rules: Rules = {}): ReadonlyArray<Case> =>
  [
    ...ofMoney(lists, rules),
    ...ofBalances(lists, balances, rules),
    ...ofQuotes(lists),
    ...ofNaming(lists, "REFUND_ORPHAN", "crypto_refunds", "originalDepositId", "crypto_deposits"),
    ...ofNaming(lists, "COLL_CHECKOUT_MISSING", "collection_payments", "checkoutId", "checkouts"),
    ...ofCheckouts(lists, rules),
    ...ofAccounts(lists, rules),
  ].sort()
