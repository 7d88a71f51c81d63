//! The way through a stream, row by row, and what its end must be.

use super::{
    End, Finding, Kind,
    notes::Notes,
    row::{self, Row},
};
use crate::{
    Error, Services,
    audit::{
        Stream,
        chain::{self, GENESIS, Hash},
        merkle::Frontier,
        record::Said,
    },
    db::on,
};

/// Rows read at a time.
const PAGE: i64 = 1_000;

/// A check stops after so many findings: more tell nobody more.
const MOST_FINDINGS: usize = 20;

/// The state of a check on its way.
pub(super) struct Walk<'a> {
    stream: Stream,
    notes: &'a Notes,
    /// The place of the next row.
    next: i64,
    /// The chain hash of the row before; unknown after a row that is wrong.
    previous: Option<Hash>,
    frontier: Frontier,
    /// How far rows stand from where they say, once one has gone and those after it were moved up.
    shift: Option<i64>,
    /// How many events the last checkpoint that fitted covers.
    vouched: i64,
    findings: Vec<Finding>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(stream: Stream, notes: &'a Notes) -> Self {
        Self {
            stream,
            notes,
            next: 0,
            previous: Some(GENESIS),
            frontier: Frontier::default(),
            shift: None,
            vouched: 0,
            findings: Vec::new(),
        }
    }

    /// How many places were looked at.
    pub(super) const fn checked(&self) -> i64 {
        self.next
    }

    /// The root over what is there.
    pub(super) fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Looks at every row before `size`.
    pub(super) async fn run(&mut self, cx: &Services, size: i64) -> Result<(), Error> {
        let mut limit = PAGE;
        while self.next < size && self.findings.len() < MOST_FINDINGS {
            match self.page(cx, size, limit).await {
                Ok(rows) if rows.is_empty() => self.skip_to(size),
                Ok(rows) => {
                    for row in rows {
                        if self.findings.len() < MOST_FINDINGS {
                            self.step(cx, &row).await?;
                        }
                    }
                }
                Err(sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) if limit == 1 => {
                    self.unreadable(cx).await?;
                }
                // One row of these can't be read: one at a time shows which.
                Err(sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) => limit = 1,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn page(&self, cx: &Services, size: i64, limit: i64) -> Result<Vec<Row>, sqlx::Error> {
        // A connection for each page: a long check must not keep one from those who work.
        let mut reading = cx.db.read().await.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?;
        on!(reading.connection(), c => sqlx::query_as(
            "SELECT stream, seq, id, occurred_at, actor_type, actor_id, action, target_type, target_id, outcome, ip,
                    request_id, payload, leaf_hash, chain_prev, chain_hash
             FROM audit_event
             WHERE stream = $1 AND seq >= $2 AND seq < $3
             ORDER BY seq
             LIMIT $4")
            .bind(self.stream.as_str()).bind(self.next).bind(size).bind(limit).fetch_all(c).await)
    }

    /// A row with a value that can't even be read: no code of ours wrote it.
    async fn unreadable(&mut self, cx: &Services) -> Result<(), Error> {
        let mut reading = cx.db.read().await?;
        let (seq,): (i64,) = on!(reading.connection(), c => sqlx::query_as(
            "SELECT seq FROM audit_event WHERE stream = $1 AND seq >= $2 ORDER BY seq LIMIT 1")
            .bind(self.stream.as_str()).bind(self.next).fetch_one(c).await)?;
        self.skip_to(seq);
        self.found(seq, Kind::ColumnDrift, "a column of this event holds what can’t be read");
        self.previous = None;
        self.next = seq + 1;
        Ok(())
    }

    fn found(&mut self, seq: i64, kind: Kind, words: impl Into<String>) {
        self.findings.push(Finding::new(seq, kind, words));
    }

    /// Notes that the rows up to `seq` are not there.
    fn skip_to(&mut self, seq: i64) {
        let gone = seq - self.next;
        if gone > 0 {
            let words = match gone {
                1 => "this event is gone".to_owned(),
                _ => format!("this event and those after it to #{} are gone", seq - 1),
            };
            self.found(self.next, Kind::Missing, words);
            self.previous = None;
            self.next = seq;
        }
    }

    async fn step(&mut self, cx: &Services, row: &Row) -> Result<(), Error> {
        let seq = row.seq;
        self.skip_to(seq);
        let leaf = chain::leaf(&row.payload);
        let place = Said::read(&row.payload).and_then(|said| row::place(&said));
        let is_trusted = match place.filter(|place| *place != (self.stream, seq)) {
            Some(place) => {
                self.misplaced(cx, row, &leaf, place).await?;
                false
            }
            None => self.in_place(row),
        };
        self.previous = <Hash>::try_from(row.chain_hash.as_slice()).ok().filter(|_| is_trusted);
        self.frontier.push(leaf);
        self.next = seq + 1;
        self.compare();
        Ok(())
    }

    /// A row that stands where it says. Answers whether its hashes are its own.
    fn in_place(&mut self, row: &Row) -> bool {
        let fault = row::fault(row);
        let is_edited = fault.as_ref().is_some_and(|(kind, _)| *kind == Kind::Edited);
        if !is_edited && self.previous.is_some_and(|previous| row.chain_prev != previous) {
            // This row fits itself, so it is the one before that was rewritten, hashes and all.
            match row.seq {
                0 => self.found(0, Kind::Edited, "the first event is chained to something before it"),
                seq => self.found(
                    seq - 1,
                    Kind::Edited,
                    "this event and its hashes were rewritten: the event after it is chained to another one",
                ),
            }
        }
        if let Some((kind, words)) = fault {
            self.found(row.seq, kind, words);
        }
        !is_edited
    }

    /// A row that says it stands elsewhere.
    async fn misplaced(
        &mut self,
        cx: &Services,
        row: &Row,
        leaf: &Hash,
        (stream, said): (Stream, i64),
    ) -> Result<(), Error> {
        let seq = row.seq;
        if stream != self.stream {
            self.found(seq, Kind::Reordered, format!("the event that stands here is #{said} of the stream {stream}"));
        } else if self.shift == Some(said - seq) {
            // Moved up with those before it; that was said where it began.
        } else if let Some(elsewhere) = self.locate(cx, seq).await? {
            let words = format!("#{said} stands here, and this event stands at #{elsewhere}");
            self.found(seq, Kind::Reordered, words);
        } else if row.leaf_hash != *leaf {
            self.found(seq, Kind::Edited, "what this event says does not fit its leaf hash");
        } else {
            self.found(seq, Kind::Missing, format!("this event is gone, and #{said} was put in its place"));
            self.shift = Some(said - seq);
        }
        Ok(())
    }

    /// Where the event stands that says it is `wanted`: a look through the whole stream, taken only when a row is wrong.
    async fn locate(&self, cx: &Services, wanted: i64) -> Result<Option<i64>, Error> {
        let mut next = 0;
        loop {
            let mut reading = cx.db.read().await?;
            let rows: Vec<(i64, Vec<u8>)> = on!(reading.connection(), c => sqlx::query_as(
                "SELECT seq, payload
                 FROM audit_event
                 WHERE stream = $1 AND seq >= $2
                 ORDER BY seq
                 LIMIT $3")
                .bind(self.stream.as_str()).bind(next).bind(PAGE).fetch_all(c).await)?;
            let Some((last, _)) = rows.last() else { return Ok(None) };
            next = last + 1;
            let is_it =
                |payload: &[u8]| Said::read(payload).and_then(|said| row::place(&said)) == Some((self.stream, wanted));
            if let Some((seq, _)) = rows.iter().find(|(_, payload)| is_it(payload)) {
                return Ok(Some(*seq));
            }
        }
    }

    /// Holds the tree against the checkpoint of this size. A row that is wrong makes every later one differ, so the
    /// comparison ends with the first finding.
    fn compare(&mut self) {
        let size = self.frontier.size();
        if !self.findings.is_empty() {
            return;
        }
        match self.notes.root(size) {
            Some(root) if *root == self.frontier.root() => self.vouched = self.next,
            Some(_) => {
                let words = format!(
                    "the first {size} events are not those that were signed; what differs is here or up to #{}",
                    self.next - 1
                );
                self.found(self.vouched, Kind::InconsistentCheckpoint, words);
            }
            None => {}
        }
    }

    /// What is wrong, with what the end tells.
    pub(super) fn finish(&self, end: &End, is_last_signed_there: bool) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        let mut found = |seq: i64, kind, words: String| findings.push(Finding::new(seq.max(0), kind, words));
        let End { size, rows, .. } = *end;
        let signed = self.notes.most();
        if rows < size {
            found(rows, Kind::Truncated, format!("{size} events were written, and those from here on are gone"));
        } else if rows > size {
            let words =
                format!("the head says that {size} events were written, and there are {rows}: it was turned back");
            found(size, Kind::Fork, words);
        } else if self.findings.is_empty() && self.previous.is_none_or(|last| end.chain_hash != last) {
            found(size - 1, Kind::Edited, "the last event is not the one that the head remembers".to_owned());
        } else if self.findings.is_empty() && end.frontier != self.frontier.to_bytes() {
            found(size - 1, Kind::Edited, "the tree that the head remembers is not that of the events".to_owned());
        }
        if rows >= size && signed > size {
            found(size, Kind::Truncated, format!("{signed} events were signed, and those from here on are gone"));
        }
        if !is_last_signed_there {
            let words = "the stored checkpoints do not end with the one that the head says was signed last".to_owned();
            found(end.signed_size - 1, Kind::InconsistentCheckpoint, words);
        }
        findings
    }
}
