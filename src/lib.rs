//! codestral-ls: ghost text and chat from Codestral for any editor that speaks LSP. This page is the map.
//!
//! # Modules
//!
//! From the outside in. A module uses only those named beside it, and all of them stand below: `tests/tidy` reads this
//! table and holds it, and that no two files need each other.
//!
//! | module | may use | what it is for |
//! | --- | --- | --- |
//! | [`cli`] | server, conversations, index, chat, completion, endpoint, settings, logging, local, privacy, usage, model, masking, calendar, atomic_write, system_error, text | what a person runs in a terminal: the server, `complete`, `chat`, `check`, `config`, `models`, `usage` |
//! | [`server`] | conversations, index, chat, completion, next_edit, endpoint, settings, logging, privacy, usage, model, masking, calendar, state_dir, system_error, text | the LSP shell: transport, handlers, what each client can do, conversion of types |
//! | [`conversations`] | chat, calendar, state_dir | the conversations on disk |
//! | [`index`] | completion, settings, local, privacy, text | the shared index of open documents and the workspace, and the thread that reads the workspace into it |
//! | [`chat`] | settings, usage, model, masking, text | the core of chat: what is asked, how a conversation is kept, how a reply becomes an edit; pure |
//! | [`completion`] | settings, privacy, usage, model, masking, calendar, text | the core: from a place in a text to what is worth showing there |
//! | [`endpoint`] | settings, model, masking, system_error | the HTTP shell: completions and chat, dialects, streams, errors, the keys |
//! | [`logging`] | settings, masking, system_error | the log |
//! | [`settings`] | privacy, system_error | what the user set: defaults, file, environment, editor; checked key by key |
//! | [`next_edit`] | | the next edit, by rules from the person's own edits; pure |
//! | [`local`] | | the embedded engine's core: predicts from the user's own text; pure, a crate of its own |
//! | [`privacy`] | text | which files, and which parts of texts, never leave the machine; pure |
//! | [`usage`] | model, calendar, atomic_write, state_dir, system_error | requests, tokens and what became of suggestions; the counts on disk |
//! | [`model`] | masking | what a model is asked and what it says, without any HTTP |
//! | [`masking`] | text | secrets in text: found, masked, and what may leave the machine afterwards; pure |
//! | [`calendar`] | | days and times of the clock in UTC; pure |
//! | [`atomic_write`] | | a file replaced as a whole or not at all |
//! | [`state_dir`] | | what is kept between sessions, and where |
//! | [`system_error`] | | what the system says went wrong, as a part of our sentences; pure |
//! | [`text`] | | open texts as ropes, or as one piece where they are too large, positions in three encodings, lines, indentation, the table of languages, where parts of other files may begin; pure |
//!
//! # The path of one completion
//!
//! 1. `server::transport` reads messages and polls each handler once, in order: what a handler does before its first
//!    await is atomic. So a position always meets the text it was meant for.
//! 2. `server::handlers` is told, `server::completions` takes a snapshot of the document and makes a
//!    [`completion::Query`].
//! 3. [`completion::engine`] looks whether the document may be completed in and cuts the [`completion::window`], both by
//!    `completion::eligibility`. That waits until the disk has told where the document lies: `server::locations` asks
//!    when it is opened ([`privacy::Location`]). Then the request goes step by step; `completion::engine::decide` says
//!    each from all that is known. First that is the [`completion::cache`]: an answer without any wait, or a stream that
//!    is on its way. A newer request or an edit supersedes it (`completion::engine::document_state`), unless it moves along
//!    with what is typed (`completion::engine::moving`). The embedded engine ([`completion::Predictor`], asked in `completion::engine::ask`) answers before
//!    the endpoint where it is sure, and in its place where there is none.
//! 4. Else it waits as `completion::debounce` says, or `completion::engine::rest` where only the cursor moved, and asks
//!    nothing while `model::backoff` leaves the endpoint alone.
//!    Meanwhile a task has the index choose excerpts of other files ([`completion::context`]) and masks them
//!    ([`completion::excerpts`]); the document's own text is masked as a whole and the window cut out of that
//!    (`completion::masked_window`). It builds the prompt ([`completion::prompt`]) and opens one stream, for which
//!    others make room at an endpoint that works on few at a time ([`model::Endpoint::places`]); where that stays silent
//!    too long, another besides it. Where several endpoints are set, `endpoint::backend` asks them in their order,
//!    past those that rest or are silent. A task reads each ([`model::read`]) into the cache until [`completion::stop`]
//!    has enough; [`usage::Metered`] counts it, however it ends.
//! 5. [`completion::block`] says how much is shown at once, [`completion::filter`] takes away what stands around the
//!    cursor already, or names the reason why nothing is left.
//! 6. `server::convert` shapes the answer for this client.
//! 7. The edits that follow tell what became of it: `completion::acceptance` says what to count,
//!    `completion::agreement` how soon to ask next and how much of the reply is worth reading. `completion::history`
//!    keeps what became of each request.
//!
//! # The path of one chat
//!
//! 1. `server::chats` takes snapshots of the documents, finds the code in question ([`chat::select`]), and refuses what
//!    cannot be asked: its answer to the command.
//! 2. [`chat::prompt`] shares the budget out among the code, its surroundings, the conversation and definitions.
//! 3. One stream is opened, read and counted as a completion's is. [`chat::transcript`] turns what comes into the
//!    Markdown that the conversation ([`chat::conversation`]) gets and the client sees, with progress and a way to
//!    cancel.
//! 4. An edit is read from the reply ([`chat::edit::rewrite`]), made small ([`chat::edit::minimal_diff`]), moved along with
//!    its code ([`chat::edit::relocate`]) and sent to the editor bound to the version it is for. The command line does
//!    the same with files.
//!
//! # The path of a next edit
//!
//! 1. `server::next_edits` passes each change of a document that may be completed in to a thread of its own, which keeps
//!    the [`next_edit`] state: the last changes, taken apart.
//! 2. A request waits until the keyboard rests, then asks that thread. Each rule finds where its pattern would go on;
//!    the trees say how likely each place is right, and one that is likely enough is offered.
//! 3. The edits that follow tell what became of it: taken, or something else was done and it does not come again.
//!
//! # The path of a change
//!
//! - An edit: `server::handlers` lets it change the [`text::document::Document`], tells [`completion::engine`] and, by
//!   `server::indexing`, the [`index`]; all before the next message is read.
//! - A file: `server::indexing`, or for clients that do not tell of files `index::watch`, tells the thread that reads the
//!   workspace (`index::workspace`), which reads it again.
//! - A setting: `server::configuration` checks and merges it, engine and index take it over before the next message is
//!   read; what takes time (the log's file, indexing anew, messages, the connection) follows in a task.
//!
//! # Where to find
//!
//! - A setting: declared with its default and bounds in [`settings`], one file for each section; the schema and VS Code's
//!   list of settings are written from there.
//! - What a person reads: of an endpoint's trouble in `model::error`, of why nothing was shown in [`completion::reason`], of
//!   wrong settings in `settings::problem`.
//! - A new endpoint: its JSON in a file of [`endpoint`], its name in `endpoint::dialect` and, as the user writes it, in
//!   [`settings`]; what several have in common is in `endpoint::reply` and `endpoint::chat_request`. A model's own format of
//!   prompts in `endpoint::fim_template`, its way to show several files in `endpoint::context_form`.
//! - A new filter: a file of [`completion::filter`], and its place in the order there; cases for it in `tests/corpus`.
//! - Weights: those of [`local`] are fitted by `benches/local`, those of [`next_edit`] by `benches/next_edit`.
//!
//! # Invariants
//!
//! - Every request gets exactly one answer; every one that shows nothing has a [`completion::Reason`].
//! - No lock and no dashmap guard is held across an await. `didChange` never awaits.
//! - The core knows neither LSP nor JSON, reads no clock, no file and no environment; only [`completion::engine`] in it
//!   is async. `tests/tidy` holds this.
//! - One dialect's JSON is known by one file of [`endpoint`]; LSP's types stay inside [`server`].
//! - No text of a document goes to an endpoint but by `completion::eligibility`, and of none that is not found yet.
//! - Each key goes to the one host the user chose for it, and into nothing we write.

// This page is for those who work on the crate: `cargo doc --document-private-items` shows what it links to.
#![allow(rustdoc::private_intra_doc_links)]

pub(crate) mod atomic_write;
pub mod calendar;
pub(crate) mod chat;
pub mod cli;
pub mod completion;
pub(crate) mod conversations;
pub mod endpoint;
pub mod index;
pub mod logging;
pub mod masking;
pub mod model;
pub mod next_edit;
pub mod privacy;
pub mod server;
pub mod settings;
pub mod state_dir;
pub(crate) mod system_error;
pub mod text;
pub mod usage;

/// Inputs at random; no part of the program.
#[cfg(test)]
#[path = "../tests/fuzz/mod.rs"]
mod fuzz;

/// The embedded engine's core, a crate of its own in `src/local`.
pub use codestral_local as local;
