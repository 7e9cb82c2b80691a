import { Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import { quoteText } from "../../store/describe-table.ts"
import type { StoreError } from "../../store/store-error.ts"

/** Tables and views that are written from the tables of streams and products, and so have no file with a header. */
const abouts: Readonly<Record<string, string>> = {
  account:
    "Every version of the accounts, wallets and beneficiaries that product records name, on whatever night it was listed.",
  held: "Movements and transactions as they stand in the typed tables, whatever was read tonight: what all categories must add up to.",
  movement:
    "What each product record means for a balance, leg by leg: of records that stand on a list which the judged run read to its end.",
  newest_record: "The newest instant of each list's records, those that lie ahead of the night aside.",
  not_listed:
    "Movements and transactions that stand on no proven list of the judged run: not read, or of a list in doubt.",
  product: "What Tidemark knows of each product that moves balances, one row a list.",
  product_record:
    "The product records that stand on a list which the judged run read to its end, names of currencies and networks made one.",
  published: "Which definition of each view this store has, so that one that is there is not made again.",
  refund: "The records that send back what came in, each with the record that it names.",
}

/** What a column is called by means the same wherever it stands; where a file's header says more, that counts. */
const words: Readonly<Record<string, string>> = {
  account_column: "The column that names its account.",
  account_id: "The account, wallet or beneficiary that it names.",
  account_noun: "What a person calls its account.",
  account_stream: "The list of its accounts.",
  amount: "The gross amount.",
  category: "matched, within tolerance, exception, in flight, void, unreferenced, unproven, not read or switched off.",
  checkout_id: "The checkout that it pays.",
  class: "open, settled, void, undone, or unknown: a status outside the contract.",
  completed_at: "When it was completed.",
  conversion_id: "The conversion.",
  created_at: "When it was created.",
  credits_add_to: "The column of the roll-forward that its credits add to.",
  currency: "The currency of the amounts, by the name that counts.",
  customer_id: "The customer.",
  debits_add_to: "The column of the roll-forward that its debits add to.",
  direction: "CREDIT or DEBIT.",
  doubtful: "One of its transactions whose status is outside the contract.",
  fee: "The fee.",
  fee_currency: "The fee's currency.",
  first_seen_run: "The run that first saw it.",
  from_amount: "How much was given.",
  from_currency: "What was given, by the name that counts.",
  given: "What the rate is applied to: from_amount, less a fee that is taken before (conversionFee).",
  has_reference: "Whether a payer or payee gives it a reference.",
  has_separate_fees: "Whether its fees are charged apart from it (fees in the configuration).",
  is_astray: "Whether money of it is with another customer, in another currency or on another network.",
  is_by_direction: "Whether its legs are of one currency and told apart by direction.",
  is_posted: "Whether it moved the balance.",
  is_undated: "Whether it is posted and says no postedAt.",
  last_seen_run: "The last run that saw it.",
  leg: "The part of the record, where it has several: DEBIT, CREDIT or FEE of a conversion.",
  lists_refunds: "Whether the API lists its refunds (refunds in the configuration).",
  made: "What the rate made: to_amount, and a fee that was taken after (conversionFee).",
  moved: "What it moved the balance by, with sign.",
  name: "The name of the view or table.",
  names_record: "Whether it is part of a record's money.",
  net_amount: "What moves the balance, without sign.",
  network: "The network, by the name that counts; NULL where it states none.",
  newest_at: "The newest instant.",
  newest_posted_at: "When the newest of its transactions was posted.",
  noun: "What a person calls one record of the list.",
  of_noun: "What a person calls the record that is sent back.",
  of_record: "The record that is sent back.",
  of_stream: "The list of the record that is sent back.",
  place: "The wallet or beneficiary by which copies are told apart.",
  place_column: "The column that holds where on its chain the money came from or went to.",
  posted_at: "When it moved the balance.",
  posted_at_home: "How many posted transactions of its own customer and currency it has.",
  quote_id: "The quote that it names.",
  rate: "Units of to_currency for one of from_currency.",
  rate_places: "With how many decimals the rate was written.",
  record_id: "The record's id.",
  reference: "The reference.",
  refund_doubtful: "What refunds of it whose status is outside the contract come to.",
  refund_is_under_way: "Whether an open refund would make it tie.",
  refund_waiting: "What open refunds of it come to.",
  refund_would_tie: "Whether it would tie once an open refund is settled.",
  refunded: "What settled refunds of it come to.",
  refunds_column: "The column there that names the record.",
  refunds_obstacle: "Why its refunds are not known.",
  refunds_stream: "The list of its refunds; NULL where the API lists none.",
  resource_type: "How transactions name the record's kind.",
  settled_at: "When it was completed, else when it last changed.",
  sha256: "SHA-256 of its text, in hex.",
  side: "movement or transaction.",
  signed_net: "What it must move the balance by, with sign.",
  status: "The status, as the API writes it.",
  stream: "The list of the API, such as fiat_deposits.",
  sums: "What was posted for it, by customer, currency and network, in words.",
  to_amount: "How much was taken.",
  to_currency: "What was taken, by the name that counts.",
  transaction_id: "The transaction.",
  tx_hash: "The transaction's hash on its chain.",
  type: "The transaction's type.",
  updated_at: "When it last changed.",
  version: "1 for the record as first seen, and one more for each change since.",
  version_seen_run: "The run that first saw it as it is.",
}

/** Gives every table, view and column of schema recon that has no words of its own those that it has everywhere. */
export const sayWords = (sql: Sql): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const tables = yield* sql.rows<{ kind: string; name: string }>(
      `SELECT 'TABLE' AS kind, table_name AS name FROM duckdb_tables() WHERE schema_name = 'recon' AND coalesce(comment, '') = ''
       UNION ALL
       SELECT 'VIEW', view_name FROM duckdb_views() WHERE schema_name = 'recon' AND coalesce(comment, '') = ''`,
    )
    const columns = yield* sql.rows<{ table_name: string; column_name: string }>(
      `SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'recon' AND coalesce(comment, '') = ''`,
    )
    yield* sql.runAll([
      ...tables.flatMap(({ kind, name }) =>
        abouts[name] === undefined ? [] : [`COMMENT ON ${kind} recon.${name} IS ${quoteText(abouts[name])}`],
      ),
      ...columns.flatMap(({ column_name, table_name }) => {
        const word = words[column_name]
        return word === undefined ? [] : [`COMMENT ON COLUMN recon.${table_name}.${column_name} IS ${quoteText(word)}`]
      }),
    ])
  })
