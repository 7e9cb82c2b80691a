import { DateTime, Effect } from "effect"
import { sha256Hex } from "../../api/signing.ts"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"

/** The preparer answers for the night's work; the reviewer, another person, for having looked at it. */
export const signatureRoles = ["preparer", "reviewer"] as const
export type SignatureRole = (typeof signatureRoles)[number]

/** One signature as it is stored, its own hash aside. */
export interface SignedFields {
  readonly signature_no: bigint
  readonly run_id: string
  readonly role: SignatureRole
  readonly signer: string
  /** ISO 8601 in UTC, to the millisecond. */
  readonly signed_at: string
  readonly note: string | null
  readonly manifest_sha256: string
  readonly previous_sha256: string | null
}

export interface Signature extends SignedFields {
  readonly sha256: string
}

/** SHA-256 over every field, as one JSON array in the order of the columns. */
export const signatureHash = (fields: SignedFields): string =>
  sha256Hex(
    JSON.stringify([
      String(fields.signature_no),
      fields.run_id,
      fields.role,
      fields.signer,
      fields.signed_at,
      fields.note,
      fields.manifest_sha256,
      fields.previous_sha256,
    ]),
  )

/** Every signature, in the order in which they were given. */
export const readSignatures = (sql: Sql): Effect.Effect<ReadonlyArray<Signature>, StoreError> =>
  sql
    .rows<Signature>(
      `SELECT signature_no, run_id, role, signer, signed_at, note, manifest_sha256, previous_sha256, sha256
       FROM recon.signatures ORDER BY signature_no, sha256`,
    )
    .pipe(
      Effect.map((rows) =>
        rows.map((row) => ({ ...row, signed_at: DateTime.formatIso(DateTime.unsafeMake(row.signed_at)) })),
      ),
    )

/** One person, however the name is written: case and blanks make no difference. */
export const samePerson = (one: string, other: string): boolean => plainName(one) === plainName(other)

const plainName = (name: string): string => name.normalize("NFKC").replace(/\s+/gu, "").toLowerCase()
