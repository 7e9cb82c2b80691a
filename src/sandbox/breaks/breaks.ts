import { plantClosedAccount, plantForeignAccount, plantUnknownAccount } from "./account-faults.ts"
import { plantArithmetic } from "./arithmetic.ts"
import {
  plantComponents,
  plantInception,
  plantNegative,
  plantRollforward,
  plantStale,
  plantUnstated,
} from "./balance-faults.ts"
import { type BreakCode, breakCodes } from "./break-code.ts"
import { plantAfterExpiry, plantCheckoutMissing, plantCheckoutStatus, plantCheckoutTotal } from "./collection-faults.ts"
import { plantContradicted } from "./contradicted.ts"
import {
  plantQuoteDeviation,
  plantQuoteExpired,
  plantQuoteMissing,
  plantQuoteReused,
  plantRate,
} from "./conversion-faults.ts"
import { plantDenied, plantDroppedCustomer, plantIncomplete, plantUnknownCustomer } from "./coverage-faults.ts"
import { plantDuplicateFee } from "./duplicate-fee.ts"
import { plantDuplicateProduct } from "./duplicate-product.ts"
import { plantDuplicateTransaction } from "./duplicate-transaction.ts"
import { plantFuture } from "./future.ts"
import { attempt, type Ground } from "./ground.ts"
import { plantInvalid } from "./invalid.ts"
import { plantLateArrival } from "./late-arrival.ts"
import {
  plantAmountMismatch,
  plantCurrencyMismatch,
  plantDirectionMismatch,
  plantFeeMismatch,
  plantOwnerMismatch,
} from "./mismatch.ts"
import { plantMissingProduct } from "./missing-product.ts"
import { plantMissingTransaction } from "./missing-transaction.ts"
import { plantAdjustment, plantNetworkMismatch, plantTypeMismatch } from "./money-faults.ts"
import { plantMutated } from "./mutated.ts"
import { plantRefundExcess, plantRefundOrphan, plantRefundRoute, plantRefundState } from "./refund-faults.ts"
import { plantRefused } from "./refused.ts"
import { plantStatusMismatch } from "./status-mismatch.ts"
import { plantStatusRegression } from "./status-regression.ts"
import { plantStuck, plantTravelRule } from "./stuck.ts"
import { plantMissingHash, plantReusedHash } from "./transaction-hash.ts"
import { plantUnknownStatus } from "./unknown-status.ts"
import { plantVanished } from "./vanished.ts"

/** Who plants what. Each plants its faults, what merely looks like them, and its part of the answer key. */
const planters: Readonly<Record<BreakCode, (ground: Ground) => void>> = {
  COV_INCOMPLETE: plantIncomplete,
  COV_DENIED: plantDenied,
  COV_CUSTOMER_UNKNOWN: plantUnknownCustomer,
  COV_CUSTOMER_DROPPED: plantDroppedCustomer,
  COV_VANISHED: plantVanished,
  COV_LATE_ARRIVAL: plantLateArrival,
  REC_INVALID: plantInvalid,
  REC_UNKNOWN_STATUS: plantUnknownStatus,
  REC_ARITHMETIC: plantArithmetic,
  REC_FUTURE: plantFuture,
  REC_CONTRADICTED: plantContradicted,
  REC_MUTATED: plantMutated,
  REC_STATUS_REGRESSION: plantStatusRegression,
  LED_MISSING_TRANSACTION: plantMissingTransaction,
  LED_MISSING_PRODUCT: plantMissingProduct,
  LED_DUPLICATE_TRANSACTION: plantDuplicateTransaction,
  LED_NETWORK_MISMATCH: plantNetworkMismatch,
  LED_TYPE_MISMATCH: plantTypeMismatch,
  LED_ADJUSTMENT: plantAdjustment,
  LED_AMOUNT_MISMATCH: plantAmountMismatch,
  LED_FEE_MISMATCH: plantFeeMismatch,
  LED_CURRENCY_MISMATCH: plantCurrencyMismatch,
  LED_DIRECTION_MISMATCH: plantDirectionMismatch,
  LED_OWNER_MISMATCH: plantOwnerMismatch,
  LED_STATUS_MISMATCH: plantStatusMismatch,
  DUP_PRODUCT: plantDuplicateProduct,
  DUP_FEE: plantDuplicateFee,
  REF_UNKNOWN: plantUnknownAccount,
  REF_FOREIGN: plantForeignAccount,
  REF_CLOSED: plantClosedAccount,
  TX_HASH_MISSING: plantMissingHash,
  TX_HASH_REUSED: plantReusedHash,
  AGE_STUCK: plantStuck,
  AGE_TRAVEL_RULE: plantTravelRule,
  CONV_RATE: plantRate,
  CONV_QUOTE_MISSING: plantQuoteMissing,
  CONV_QUOTE_DEVIATION: plantQuoteDeviation,
  CONV_QUOTE_EXPIRED: plantQuoteExpired,
  CONV_QUOTE_REUSED: plantQuoteReused,
  REFUND_ORPHAN: plantRefundOrphan,
  REFUND_EXCESS: plantRefundExcess,
  REFUND_ROUTE: plantRefundRoute,
  REFUND_STATE: plantRefundState,
  COLL_CHECKOUT_MISSING: plantCheckoutMissing,
  COLL_CHECKOUT_TOTAL: plantCheckoutTotal,
  COLL_STATUS: plantCheckoutStatus,
  COLL_AFTER_EXPIRY: plantAfterExpiry,
  BAL_COMPONENTS: plantComponents,
  BAL_NEGATIVE: plantNegative,
  BAL_INCEPTION: plantInception,
  BAL_ROLLFORWARD: plantRollforward,
  BAL_UNSTATED: plantUnstated,
  BAL_STALE: plantStale,
}

/**
 * Lists that are not read keep a whole run from being complete, and a roster that changes is another roster, so these are
 * planted only when they are named.
 */
const onlyByName: ReadonlyArray<BreakCode> = [
  "COV_INCOMPLETE",
  "COV_DENIED",
  "COV_CUSTOMER_UNKNOWN",
  "COV_CUSTOMER_DROPPED",
]

/**
 * What was asked for; "all" leaves out what is planted only by name.
 * What only a later night can find is planted even without a night before: the next night's world must be this one, moved on. Planting
 * in the order of the table keeps places stable, whatever the order of the request.
 */
export const chosenBreaks = (asked: ReadonlyArray<BreakCode> | "all" | "none"): ReadonlyArray<BreakCode> => {
  if (asked === "none") return []
  return breakCodes.filter((code) => (asked === "all" ? !onlyByName.includes(code) : asked.includes(code)))
}

export const plantBreaks = (ground: Ground, codes: ReadonlyArray<BreakCode>): void => {
  for (const code of codes) attempt(() => planters[code](ground))
  if (codes.includes("REC_INVALID")) plantRefused(ground)
}
