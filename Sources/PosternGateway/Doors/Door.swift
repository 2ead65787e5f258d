import LibWebSockets

/// The ways in that are distinguished by path.
enum Door {
    case rpc
    case path
    case events
    case document
    case files

    /// Finds the door for a request.
    init(_ request: HTTPRequestHead) {
        if request.equals(request.path, "/rpc") {
            self = .rpc
        } else if request.hasPathPrefix("/rpc/") {
            self = .path
        } else if request.hasPathPrefix("/events/") {
            self = .events
        } else if request.equals(request.path, "/openrpc.json") {
            self = .document
        } else {
            self = .files
        }
    }

    /// Whether a request may have an effect, or hold a connection: pages of other sites must not send it unasked.
    ///
    /// Pages, files, health and the document are open to links from anywhere.
    var isCall: Bool { [.rpc, .path, .events].contains(self) }

    /// The name in the access log.
    var name: String {
        switch self {
        case .rpc: "rpc"
        case .path: "path"
        case .events: "events"
        case .document: "document"
        case .files: "files"
        }
    }

    /// The methods of HTTP that it answers, as `Allow` lists them.
    var allow: String {
        switch self {
        case .rpc: "POST"
        case .path: "GET, HEAD, POST"
        case .events, .document, .files: "GET, HEAD"
        }
    }
}
