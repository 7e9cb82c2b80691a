import type { Field } from "../api/field.ts"

/** A sentence for a column wherever it stands, or by list where it means something else there; `*` is every other list. */
type Words = string | Readonly<Record<string, string>>

const id = (of: string): string => `The API's id of the ${of}; unique within the list.`
const refersTo = (what: string, table: string, column: string): string =>
  `The ${what}: refers to main.${table}.${column}.`
const inCurrency = "major units of the row's currency, exact"

/**
 * What each column of main says: its meaning, its unit, and what it refers to. One row a column; a test asks for all of them.
 * Source: docs/partner-api.md, "Fields"; docs/rules.md.
 */
export const columnWords: Readonly<Record<string, Words>> = {
  customer_id: "Whose record it is: refers to main.customers.customer_id, the partner's roster.",
  currency: {
    checkouts: "The currency that the checkout is priced in; its payments may come in another.",
    "*": "The currency of the row's amounts: ISO 4217, or the code of a crypto currency.",
  },
  network:
    "The blockchain of a crypto currency; empty for fiat, and where the API does not say. Names may have aliases (networkAliases).",
  available: `What the customer may dispose of; ${inCurrency}. With held it makes total.`,
  held: `What is reserved, as by a withdrawal under way; ${inCurrency}.`,
  total: `Available and held together; ${inCurrency}. Compared with the sum of all posted transactions up to as_of.`,
  as_of: "The instant that the balance is of: transactions posted up to and at it are in it.",
  transaction_id: id("transaction"),
  type: "What kind of movement: that of the record that it names, or FEE or ADJUSTMENT, which may stand alone. A FEE that names a record is part of that record's money.",
  direction: "CREDIT adds net_amount to the balance, DEBIT takes it away; amounts themselves are never signed.",
  amount: {
    transactions: `Before the fee; ${inCurrency}. Of a transaction of type FEE it is the fee itself, and its own fee is zero as a rule.`,
    checkouts: "What the buyer is to pay; major units of the checkout's currency, exact.",
    "*": `Before the fee; ${inCurrency}.`,
  },
  fee: {
    conversions:
      "What the conversion cost beside its amounts; major units of fee_currency, exact. It is charged on the leg of that currency, or as a leg of its own where it is neither; conversionFee says where it is taken from an amount.",
    conversion_quotes: "What the conversion would cost; major units of fee_currency, exact.",
    "*": `What was charged for it; ${inCurrency}. Taken from the amount of a credit, added to that of a debit.`,
  },
  net_amount: `What moves the balance: amount less fee for a credit (deposits, collection payments), amount and fee for a debit (withdrawals, refunds); ${inCurrency}, without sign.`,
  status: {
    transactions:
      "PENDING and FAILED move nothing; COMPLETED does. REVERSED did too and counts in every sum: what takes it back is a transaction of its own. recon.statuses has the class of each word.",
    conversion_quotes: "ACTIVE, USED or EXPIRED.",
    "*": "How far it is, in the API's word; recon.statuses says of each whether it is open, settled, void or undone, and a word that is not there is kept as it is.",
  },
  resource_type:
    "Which list resource_id is of: fiat_deposit, conversion and so on; empty for a FEE or ADJUSTMENT: what one names is on the list that holds its resource_id.",
  resource_id:
    "The record whose money this moves, by its id in the list of resource_type; a conversion is named by both of its transactions.",
  reference: {
    transactions: "What the API gives as the movement's text.",
    "*": "The payment's text, as the payer or payee wrote it.",
  },
  created_at:
    "When the API made the record; the newest first is the order of its lists. Limits of age are counted from here.",
  updated_at: "When the API last changed the record.",
  posted_at:
    "When it moved the balance; set exactly where the status is COMPLETED or REVERSED. Where it is missing, updated_at, else created_at, stands for it.",
  completed_at: "When it was settled; grace for its transaction is counted from here. Empty while it is open.",
  deposit_id: id("deposit"),
  withdrawal_id: id("withdrawal"),
  refund_id: id("refund"),
  conversion_id: id("conversion"),
  payment_id: id("collection payment"),
  quote_id: {
    conversion_quotes: id("quote"),
    "*": refersTo("quote that it was made on", "conversion_quotes", "quote_id"),
  },
  checkout_id: {
    checkouts: id("checkout"),
    "*": refersTo("checkout that it pays; empty for a payment without one", "checkouts", "checkout_id"),
  },
  original_deposit_id: refersTo("deposit that is given back", "crypto_deposits", "deposit_id"),
  fiat_account_id: {
    fiat_accounts: id("account"),
    "*": refersTo("customer's account that received it", "fiat_accounts", "fiat_account_id"),
  },
  bank_account_id: {
    bank_accounts: id("bank account"),
    "*": refersTo("customer's bank account that it goes to", "bank_accounts", "bank_account_id"),
  },
  wallet_id: {
    crypto_deposit_wallets: id("wallet"),
    "*": refersTo("customer's wallet that received it", "crypto_deposit_wallets", "wallet_id"),
  },
  beneficiary_id: {
    wallet_beneficiaries: id("beneficiary"),
    "*": refersTo("beneficiary that it goes to", "wallet_beneficiaries", "beneficiary_id"),
  },
  buyer_id: {
    collection_buyers: id("buyer"),
    "*": refersTo("buyer who pays", "collection_buyers", "buyer_id"),
  },
  collection_wallet_id: {
    collection_wallets: id("wallet"),
    "*": refersTo("wallet that received it", "collection_wallets", "collection_wallet_id"),
  },
  sender_name: "Who sent the money.",
  tx_hash: "The transfer's hash on its network. Hexadecimal ones are compared without case and 0x, others as they are.",
  from_address: "The address that the money came from.",
  from_currency: "The currency that is given.",
  to_currency: "The currency that is received.",
  from_amount: "What is given; major units of from_currency, exact. A DEBIT of it is the conversion's first leg.",
  to_amount: "What is received; major units of to_currency, exact. A CREDIT of it is the conversion's second leg.",
  rate: "Units of to_currency for one unit of from_currency, of the amounts as they are, fees apart, unless conversionFee says otherwise. How many places were written stands in rate_places.",
  fee_currency: "The currency of fee: from_currency, to_currency or a third one.",
  expires_at: {
    conversion_quotes: "From when the quote binds nobody: a conversion created later is an exception.",
    checkouts: "From when the checkout should not be paid any more.",
    "*": "From when it should not be used any more.",
  },
  paid_amount:
    "What the API says was paid; major units of the checkout's currency, exact. Compared with the settled payments in that currency.",
  account_holder_name: "Whose bank account it is.",
  account_number_masked: "The account number, as far as the API shows it.",
  address: "The address on its network.",
  label: "What the customer calls it.",
  display_name: "What the buyer is called.",
  email: "The buyer's e-mail address.",
}

const sentenceOf = (stream: string, column: string): string | null => {
  const words = columnWords[column]
  if (words === undefined || typeof words === "string") return words ?? null
  return words[stream] ?? words["*"] ?? null
}

/** `What it means. PartnerTransaction.netAmount [documented]`; personal data is said to be that. */
export const columnComment = (schema: string, stream: string, { column, field, standing, type }: Field): string =>
  [
    sentenceOf(stream, column),
    type === "personal" ? "Personal data: a salted hash unless the configuration keeps it." : null,
    `${schema}.${field} [${standing}]`,
  ]
    .filter((part) => part !== null)
    .join(" ")

/** Whether something is said of a column besides its name. */
export const isExplained = (stream: string, column: string): boolean => sentenceOf(stream, column) !== null
