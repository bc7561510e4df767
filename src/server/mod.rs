//! The LSP shell: what an editor talks to.

pub mod handlers;
pub mod transport;

use tower_lsp::LspService;

use handlers::Server;
use transport::Ending;

/// Serves one editor on stdin and stdout until it ends.
pub async fn run() -> Ending {
    let (service, socket) = LspService::new(|_client| Server);
    transport::serve(service, socket).await
}
