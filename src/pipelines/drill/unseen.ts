/**
 * What no check can see, whoever writes it: the API's word is all there is, and where all of its words agree nothing is left to
 * compare. `docs/checks.md` prints this table, and alterations of the drill refer to it.
 */
export const unseen = {
  said_alike: {
    what: "A record, its transaction and the balance that are wrong in the same way, on the first night that shows them.",
    why: "Everything that the API says agrees. Your own books know better (BOOK_AMOUNT, BOOK_MISSING_HERE), and a later night knows what was said before (REC_MUTATED, COV_VANISHED).",
  },
  invented_fee: {
    what: "A fee that was never agreed and names no record, where the balance was lowered by it.",
    why: "Nothing that the API says tells which fees there should be. They stand in the summary as unreferenced, with their sum; your own books know better (BOOK_MISSING_HERE).",
  },
  unknown_customer: {
    what: "A customer who is missing on your roster from the beginning, or of whom the API has shown nothing since.",
    why: "The API has no list of customers, and a customer without any record is one who has not begun. Once a record was read, COV_CUSTOMER_DROPPED and COV_VANISHED tell.",
  },
  alike_payments: {
    what: "One payment that was recorded and credited twice: in fiat without a reference or more than twelve hours apart, on a chain under another hash.",
    why: "Two equal payments look like one and its copy. DUP_PRODUCT tells by reference and window, TX_HASH_REUSED by the hash.",
  },
  old_account: {
    what: "An account that no list holds, named by a record older than ninety days, on a customer's first night.",
    why: "Lists of accounts may leave out what was closed long ago; from the second night on every new record is judged (REF_UNKNOWN).",
  },
  still_balance: {
    what: "A balance that is days old, in which nothing moved since.",
    why: "It is right: what it said then is what there is now.",
  },
} as const

export type Unseen = keyof typeof unseen
