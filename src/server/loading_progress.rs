//! Tells the person that a server loads its model: by progress where the client shows that, else by a message.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;
use tower_lsp::ls_types::{MessageType, ProgressToken};

use super::client::Client;
use crate::endpoint::loading::Loads;

/// The title of the progress, and the message. Short: more than a line waits for a key in some terminals.
const LOADS: &str = "the model is loading";

/// Said after the message, once it is there.
const LOADED: &str = "the model is loaded";

/// A message is not worth reading for what is over sooner. Progress goes by itself.
const WORTH_A_MESSAGE: Duration = Duration::from_secs(2);

/// Tells of each load, for as long as there are endpoints.
pub async fn show(client: Client, mut loads: watch::Receiver<Loads>) {
    for number in 0_u64.. {
        let Some(host) = begun(&mut loads).await else { return };
        let token = ProgressToken::String(format!("codestral-loading-{number}"));
        if client.capabilities().progress && client.create_progress(token.clone()).await {
            // The client may have taken longer for its answer than the load took.
            if loads.borrow().host().is_none() {
                continue;
            }
            let title = format!("Codestral: {LOADS}");
            let shown = client.connection.progress(token, title).with_message(&*host).begin().await;
            over(&mut loads).await;
            shown.finish().await;
        } else if timeout(WORTH_A_MESSAGE, over(&mut loads)).await.is_err() {
            client.tell(MessageType::INFO, &format!("{LOADS} ({host})")).await;
            // What failed is told as the trouble that it is.
            if over(&mut loads).await == Some(true) {
                client.tell(MessageType::INFO, LOADED).await;
            }
        }
    }
}

/// Waits until a server loads a model; `None` when none ever will.
async fn begun(loads: &mut watch::Receiver<Loads>) -> Option<String> {
    let loads = loads.wait_for(|loads| loads.host().is_some()).await.ok()?;
    loads.host().map(ToString::to_string)
}

/// Waits until none does any more; whether the last is loaded.
async fn over(loads: &mut watch::Receiver<Loads>) -> Option<bool> {
    let loads = loads.wait_for(|loads| loads.host().is_none()).await.ok()?;
    Some(!loads.has_failed())
}
