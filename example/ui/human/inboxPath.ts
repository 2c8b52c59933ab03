/** The second part of the inbox's address, where a conversation has its id. */
export const INBOX_ITEM = "inbox";
export const INBOX = `/human/${INBOX_ITEM}`;
