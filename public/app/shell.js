/** The length beyond which a command reads its data from a here-document; Linux limits one argument to 128 KiB. */
const longestArgument = 30000;

/** Returns a word that a POSIX shell reads as the text, whatever characters it has. @param {string} text */
export function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Whether a text is too long for the arguments of a command. @param {string} text */
export const isLong = (text) => text.length > longestArgument;

/** Returns the redirection from which a command reads a line. @param {string} line A text without line breaks. */
export const hereDocument = (line) => `<<'END-OF-DATA'\n${line}\nEND-OF-DATA`;

/** Returns the options of curl that send a line of data. @param {string} line A text without line breaks. */
export function dataOption(line) {
  return ` \\\n  ${isLong(line) ? `--data-binary @- ${hereDocument(line)}` : `-d ${quoted(line)}`}`;
}
