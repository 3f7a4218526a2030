/** Items that a page holds, whatever was asked for. */
export const pageItemsMax = 1000
/** How long an idempotency key gets the same answer, in seconds. */
export const answerLifetime = 86400
/** How long a node that says nothing is remembered, in seconds. */
export const nodeLifetime = 7 * 86400
/** Longest id of a token and longest name of a node, in octets. */
export const idOctetsMax = 255
/** Longest name of a collection of documents, in letters. */
export const collectionLettersMax = 32
/** Longest key of a document, and longest name that one claims, in octets. */
export const documentKeyOctetsMax = 512
/** Longest name of a document's tenant, in octets. */
export const tenantOctetsMax = 255
/** Largest version of a document with all that its history keeps of it, in octets. */
export const documentOctetsMax = 2 ** 18
/** Names that one write of a document may claim. */
export const claimsMax = 8
/** Documents that are written together, atomically. */
export const documentsTogetherMax = 256
/** Longest note in the history of a document, in characters. */
export const noteCharactersMax = 1000

/** Entries of the audit log that are kept unless told otherwise: the last ones. */
export const auditEntriesDefault = 100_000
/** Entries that are looked at for one page of a tenant's. */
export const auditLookedMax = 10_000
/** How large the embedded store may get on its disk unless told otherwise. */
export const octetsMaxDefault = 64 * 2 ** 30

/** Connections to PostgreSQL at one time, besides the one that listens. */
export const connectionsMaxDefault = 8
/** How long a connection may take to be made, or a query wait for one, in milliseconds. */
export const connectMsMax = 5000
/** How long PostgreSQL works on one statement before it gives up, in milliseconds. */
export const statementMsMax = 60_000
/** How long a change of tables waits for whoever uses them, in milliseconds. */
export const lockMsMax = 2000
/** How long an answer of PostgreSQL is waited for: a little longer, so that it can say why. */
export const answerMsMax = 65_000
/** How long a reader may do nothing between two pages of one snapshot, in milliseconds. */
export const idleReaderMsMax = 60_000
/** How often PostgreSQL is asked whether it is there, and for its sequence, in milliseconds. */
export const pingMs = 5000
/** How long the answer to that may take, in milliseconds. */
export const pingAnswerMsMax = 5000
/** The first pause before PostgreSQL is tried again; each is twice as long, in milliseconds. */
export const retryMsMin = 50
/** The longest such pause, in milliseconds. */
export const retryMsMax = 1000
/** Rows that are fetched at a time. */
export const fetchedRowsMax = 1000
/** Commits that share one transaction, beyond one group that is larger by itself. */
export const commitsTogetherMax = 256
/** Calls of `commit` that wait for a transaction; with more, nobody would wait that long. */
export const commitsWaitingMax = 10_000
