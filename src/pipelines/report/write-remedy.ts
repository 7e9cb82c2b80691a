import { reasonOf } from "../../store/store-error.ts"

/** The end of a sentence: what helps where a file or folder of the reports could not be written, by the file system's words. */
export const writeRemedy = (words: string): string => {
  // Whoever tells of it says so for every full disk.
  if (reasonOf(words) === "Full") return ""
  const remedy = /EEXIST|EISDIR|ENOTDIR|ENOTEMPTY/.test(words)
    ? "something else has its name, or that of a folder on the way to it: move that away"
    : "see that this account may write there"
  return `; ${remedy}, and run the same command again`
}
