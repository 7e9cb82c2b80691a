import { type ProductRow, products } from "../../api/contract/products.ts"
import { quoteText } from "../../store/describe-table.ts"
import { knownPlaces } from "../configuration/file.ts"
import type { Configuration } from "../configuration/settings.ts"
import type { Run } from "../run/run.ts"
import { ageBucket } from "./age-bucket.ts"

/** The name that counts for one that stands on the other side of an alias; the configuration is small, so it is a choice. */
const aliased = (aliases: Readonly<Record<string, string>>): string => {
  const cases = Object.entries(aliases).map(([other, name]) => `WHEN ${quoteText(other)} THEN ${quoteText(name)}`)
  return cases.length === 0 ? "name" : `CASE name ${cases.join(" ")} ELSE name END`
}

/** A text in which names of currencies and networks stand beside other words, each by the name that counts. */
const withNamesThatCount = ({ currencyAliases, networkAliases }: Configuration): string =>
  Object.keys({ ...currencyAliases, ...networkAliases }).length === 0
    ? "words"
    : `array_to_string(list_transform(regexp_extract_all(words, '[^][ ",;:/]+|[][ ",;:/]+'),
         lambda word: recon.currency_name(recon.network_name(word))), '')`

/** One text for all currencies of as many places: every use of the macro is planned anew, and a map of two hundred entries takes long. */
const placesOf = (places: Readonly<Record<string, number>>): string => {
  const cases = [...new Set(Object.values(places))].map((count) => {
    const currencies = Object.keys(places).filter((currency) => places[currency] === count)
    return `WHEN contains(${quoteText(`|${currencies.join("|")}|`)}, concat('|', of_currency, '|')) THEN ${count}`
  })
  return `CASE ${cases.join(" ")} END`
}

/** A value for each kind of product, as a choice: a look into recon.product would be a join in every query that asks. */
const ofProducts = (
  word: string,
  key: (product: ProductRow) => string,
  value: (product: ProductRow) => string,
): string =>
  `CASE ${word} ${products.map((product) => `WHEN ${quoteText(key(product))} THEN ${quoteText(value(product))}`).join(" ")} END`

/** The class of a list's status as a choice: a filter on it reaches the list's column of statuses, and a join would not. */
const classesOf = ({ contract }: Configuration): ReadonlyArray<string> =>
  contract.streams.flatMap(({ statuses, stream }) => {
    if (statuses === null) return []
    const cases = Object.entries(statuses).map(([status, name]) => `WHEN ${quoteText(status)} THEN ${quoteText(name)}`)
    return [
      `class_of_${stream}(of_status) AS ${cases.length === 0 ? "'unknown'" : `CASE of_status ${cases.join(" ")} ELSE 'unknown' END`}`,
    ]
  })

/** Whether a word is one of a few; NULL where there is no word. */
const isOneOf = (word: string, names: ReadonlyArray<string>): string =>
  names.length === 0
    ? `CASE WHEN ${word} IS NOT NULL THEN FALSE END`
    : `${word} IN (${names.map(quoteText).join(", ")})`

/** The column of the roll-forward by direction: by the kind of what a transaction names, else by its own type. */
const rollforwardColumn = (direction: "CREDIT" | "DEBIT"): string =>
  `coalesce(${ofProducts(
    "of_kind",
    ({ resourceType }) => resourceType,
    ({ rollforward }) => rollforward[direction],
  )},
     ${ofProducts(
       "of_type",
       ({ resourceType }) => resourceType.toUpperCase(),
       ({ rollforward }) => rollforward[direction],
     )}, 'adjustments')`

const scale = "1000000000000000000::HUGEINT"

/** The run that was judged, and when it began. */
export const runMacros = (run: Run): ReadonlyArray<string> => [
  `CREATE OR REPLACE MACRO recon.run() AS ${quoteText(run.runId)}`,
  `CREATE OR REPLACE MACRO recon.started_at() AS ${quoteText(run.startedAt)}::TIMESTAMPTZ`,
  // The night before: the newest earlier run that was judged. NULL on the first one.
  `CREATE OR REPLACE MACRO recon.last_run() AS (SELECT max(n.run_id) FROM recon.runs AS n
     WHERE n.run_id < ${quoteText(run.runId)} AND (n.was_reported OR n.state IN ('reconciled', 'reported')))`,
]

/**
 * What many queries say in the same words. They are macros of schema recon, so that a query which a person copies from
 * `exceptions show` or `checks --explain` runs on the snapshot as it stands.
 */
export const macros = (configuration: Configuration): ReadonlyArray<string> =>
  [
    // For sentences: an amount without needless zeros, an instant to the second, a word with a capital.
    "plain(amount) AS rtrim(rtrim(CAST(CAST(amount AS DECIMAL(38,18)) AS VARCHAR), '0'), '.')",
    "moment(instant) AS strftime(instant, '%Y-%m-%dT%H:%M:%SZ')",
    "exact_text(value) AS coalesce(regexp_replace(regexp_replace(value, '^(-?[0-9]+[.][0-9]*[1-9])0+$', '\\1'), '^(-?[0-9]+)[.]0+$', '\\1'), 'absent')",
    // The kind of record that a transaction of a type names; none for a fee or an adjustment.
    `kind_of_type(of_type) AS ${ofProducts(
      "of_type",
      ({ resourceType }) => resourceType.toUpperCase(),
      ({ resourceType }) => resourceType,
    )}`,
    "titled(word) AS concat(upper(word[1]), word[2:])",
    // An amount with its currency, at the currency's places where they are known; no digit is ever dropped but zeros. Of two
    // texts of which one begins the other, the longer one is the greater.
    `places(of_currency) AS ${placesOf({ ...knownPlaces, ...configuration.currencyPlaces })}`,
    "digits(amount) AS CAST(CAST(amount AS DECIMAL(38,18)) AS VARCHAR)",
    "fraction(amount) AS rtrim(split_part(recon.digits(amount), '.', 2), '0')",
    "money(amount, of_currency) AS CASE WHEN amount IS NOT NULL THEN concat(rtrim(greatest(rtrim(recon.digits(amount), '0'), recon.digits(amount)[:coalesce(recon.places(of_currency), 0) - 19]), '.'), ' ', of_currency) END",
    // What a write-off accepts, to be read: a check's columns, without the zeros that a decimal has in the store.
    `affairs(accepted) AS array_to_string([CASE WHEN regexp_full_match(part, '-?\\d+\\.\\d+') THEN rtrim(rtrim(part, '0'), '.') ELSE part END
      FOR part IN from_json(accepted, '["VARCHAR"]')], '; ')`,
    // What the contract and the configuration say of statuses, names, fees and refunds.
    ...classesOf(configuration),
    `currency_name(name) AS ${aliased(configuration.currencyAliases)}`,
    `network_name(name) AS ${aliased(configuration.networkAliases)}`,
    `names_that_count(words) AS ${withNamesThatCount(configuration)}`,
    `has_separate_fees(kind) AS ${isOneOf(
      "kind",
      products
        .filter(({ stream }) => configuration.fees[stream] === "separate")
        .map(({ resourceType }) => resourceType),
    )}`,
    `lists_refunds(list) AS NOT ${isOneOf(
      "list",
      products.filter(({ stream }) => configuration.refunds[stream] === "notListed").map(({ stream }) => stream),
    )}`,
    `can_be_refunded(list) AS ${isOneOf(
      "list",
      products.filter(({ refunds }) => refunds !== null).map(({ stream }) => stream),
    )}`,
    `noun(list) AS ${ofProducts(
      "list",
      ({ stream }) => stream,
      ({ noun }) => noun,
    )}`,
    // A reference or a hash as people write it: without case, blanks and what has no width; of hashes only hexadecimal ones, with or without 0x.
    "visible(words) AS regexp_replace(nfc_normalize(words), '[\\s\\p{Z}\\p{Cf}]+', '', 'g')",
    "as_written(words) AS lower(recon.visible(words))",
    `hash_name(hash) AS CASE WHEN regexp_full_match(recon.visible(hash), '(0[xX])?[0-9a-fA-F]*') THEN regexp_replace(lower(recon.visible(hash)), '^0x', '')
       ELSE recon.visible(hash) END`,
    // Whether a field of a record says something else; a network and a hash may be stated later, or no longer.
    "is_other(name, said, says) AS said IS DISTINCT FROM says AND (name NOT IN ('network', 'tx_hash') OR said <> says IS TRUE)",
    `conversion_fee() AS ${quoteText(configuration.conversionFee)}`,
    `compares_checkouts() AS ${configuration.checkouts === "compared"}`,
    // Two DECIMAL(38,18) multiplied without rounding, in units of 10^-18: DuckDB's own product would need 76 digits. Each factor
    // is taken apart at its point, and NULL is a product that is no amount; dust is what lies beyond the 18th decimal.
    "units(amount) AS CAST(replace(CAST(CAST(amount AS DECIMAL(38,18)) AS VARCHAR), '.', '') AS HUGEINT)",
    "of_units(count) AS TRY(CAST(count AS DECIMAL(38,0)) * CAST('0.000000000000000001' AS DECIMAL(18,18)))",
    "whole_units(amount) AS CAST(split_part(CAST(abs(CAST(amount AS DECIMAL(38,18))) AS VARCHAR), '.', 1) AS HUGEINT)",
    "rest_units(amount) AS CAST(split_part(CAST(abs(CAST(amount AS DECIMAL(38,18))) AS VARCHAR), '.', 2) AS HUGEINT)",
    `product_size(one, other) AS TRY(list_transform([{'a': recon.whole_units(one), 'b': recon.rest_units(one), 'c': recon.whole_units(other), 'd': recon.rest_units(other)}],
       lambda f: f.a * f.c * ${scale} + f.a * f.d + f.b * f.c + f.b * f.d // ${scale})[1])`,
    `product_dust(one, other) AS CAST(recon.rest_units(one) * recon.rest_units(other) % ${scale} > 0 AS HUGEINT)`,
    `product_floor(one, other) AS CASE WHEN (one < 0) <> (other < 0) THEN -recon.product_size(one, other) - recon.product_dust(one, other)
       ELSE recon.product_size(one, other) END`,
    `product_ceiling(one, other) AS CASE WHEN (one < 0) <> (other < 0) THEN -recon.product_size(one, other)
       ELSE recon.product_size(one, other) + recon.product_dust(one, other) END`,
    // A quotient to 18 decimals, cut off, and a share in basis points to two, rounded; NULL where it cannot be said, or is no amount.
    // DuckDB's own division is a DOUBLE. A list of one gives what is used many times a name: a macro would write it out each time.
    `quotient(one, other) AS list_transform([{'one': one, 'by': other}], lambda q: (q.one // q.by) * ${scale} + ((q.one % q.by) * 1000000 // q.by) * 1000000000000
       + (((q.one % q.by) * 1000000 % q.by) * 1000000 // q.by) * 1000000 + ((((q.one % q.by) * 1000000 % q.by) * 1000000 % q.by) * 1000000 // q.by))[1]`,
    "sign_of_ratio(one, other) AS CASE WHEN (one < 0) <> (other < 0) THEN -1 ELSE 1 END",
    "ratio(one, other) AS CASE WHEN other <> 0 THEN TRY(recon.sign_of_ratio(one, other) * recon.of_units(recon.quotient(abs(recon.units(one)), abs(recon.units(other))))) END",
    // What is not huge is divided once: a quotient cut off at half steps says how it is rounded.
    `basis_points(part, of_whole) AS CASE WHEN of_whole <> 0 THEN TRY(recon.sign_of_ratio(part, of_whole) * CAST(
       CASE WHEN abs(part) < 10000000000000 THEN (abs(recon.units(part)) * 2000000 // abs(recon.units(of_whole)) + 1) // 2
         ELSE list_transform([{'part': abs(recon.units(part)), 'by': abs(recon.units(of_whole))}], lambda q: (q.part // q.by) * 1000000 + ((q.part % q.by) * 1000000 + q.by // 2) // q.by)[1] END AS DECIMAL(36,0))
       * CAST('0.01' AS DECIMAL(2,2))) END`,
    `age_bucket(days) AS ${ageBucket("days")}`,
    // The column of the roll-forward that a posted transaction belongs to.
    `rollforward_column(of_type, of_kind, of_direction) AS CASE WHEN of_type = 'FEE' THEN 'fees' WHEN of_type = 'ADJUSTMENT' THEN 'adjustments'
       WHEN of_direction = 'CREDIT' THEN ${rollforwardColumn("CREDIT")} ELSE ${rollforwardColumn("DEBIT")} END`,
    // What came of a case.
    `outcome(stands_in_the_way, is_in_grace) AS CASE WHEN stands_in_the_way IS NOT NULL THEN 'unproven'
       WHEN coalesce(is_in_grace, FALSE) THEN 'in flight' ELSE 'exception' END`,
    "category_of_waiting(status_class) AS CASE status_class WHEN 'open' THEN 'in flight' WHEN 'void' THEN 'void' ELSE 'unproven' END",
    // Where a record or a transaction belongs, of which the money test has nothing to say.
    "category_of_record(status_class) AS CASE status_class WHEN 'settled' THEN 'matched' WHEN 'open' THEN 'in flight' WHEN 'unknown' THEN 'unproven' ELSE 'void' END",
    "category_of_transaction(status_class) AS CASE WHEN status_class IN ('settled', 'undone') THEN 'matched' ELSE recon.category_of_waiting(status_class) END",
    // Whether a value that cannot be read (NULL) may be the other one.
    "may_equal(readable_value, wanted) AS coalesce(readable_value = wanted, TRUE)",
    // What a refused record may say: each of its columns is a value, NULL where it says none, or missing where it cannot be read.
    "can_read(readable, of_column) AS map_contains(readable, of_column)",
    "text_if_readable(readable, of_column) AS CASE WHEN map_contains(readable, of_column) THEN coalesce(readable[of_column], '') END",
    "may_be(readable, of_column, wanted) AS NOT map_contains(readable, of_column) OR coalesce(readable[of_column] = wanted, FALSE)",
    `may_be_settled(list, readable) AS NOT map_contains(readable, 'status')
       OR readable['status'] NOT IN (SELECT status FROM recon.statuses AS s WHERE s.stream = list AND s.class IN ('open', 'void'))`,
    // A sum that leaves DECIMAL(38,18) is NULL. A hundred million amounts below large() make none that does, and a plain sum is ten
    // times as fast; of the others, whole units and what follows the point are summed apart, which cannot overflow.
    "large() AS 1000000000000",
    "large_part(amount) AS CASE WHEN abs(amount) >= recon.large() THEN CAST(trunc(amount) AS HUGEINT) END",
    "rest_of(amount) AS CASE WHEN abs(amount) >= recon.large() THEN amount - trunc(amount) ELSE amount END",
    "in_decimal(whole, rest) AS CASE WHEN whole IS NULL THEN rest ELSE TRY_CAST(whole + CAST(trunc(rest) AS HUGEINT) AS DECIMAL(38,18)) + (rest - trunc(rest)) END",
    "exact_sum(amount) AS recon.in_decimal(sum(recon.large_part(amount)), sum(recon.rest_of(amount)))",
    // How far two amounts are apart; a distance that no decimal holds is the largest that one does.
    "gap(one, other) AS CASE WHEN one IS NOT NULL AND other IS NOT NULL THEN coalesce(TRY(abs(one - other)), 99999999999999999999.999999999999999999) END",
    "sum_where(whole, rest, is_wanted) AS recon.in_decimal(sum(CASE WHEN is_wanted THEN whole END), coalesce(sum(CASE WHEN is_wanted THEN rest END), 0))",
    "is_within(stated, computed, accepted) AS coalesce(TRY(abs(stated - computed)) <= accepted, FALSE)",
    // How far ahead of the clock of its answer an instant may lie, and how old a balance may be.
    "latest_instant(answered) AS answered + to_minutes(recon.number_of('BAL_STALE', 'futureMinutes'))",
    "stale_before(read_at) AS read_at - to_hours(recon.number_of('BAL_STALE', 'limitHours')) - recon.grace('BAL_STALE')",
    // Which lists of that kind were not read, of other customers: what is missing may be theirs.
    `unread_elsewhere(list) AS coalesce(
       (SELECT concat(' (not read: ', list, ' of ', count(*), ' other customer', CASE WHEN count(*) > 1 THEN 's' END, ')')
        FROM recon.reading AS r WHERE r.stream = list AND r.obstacle IS NOT NULL HAVING count(*) > 0), '')`,
  ].map((macro) => `CREATE OR REPLACE MACRO recon.${macro}`)
