import LibWebSockets

/// The entry points of the gateway, distinguished by the path of a request.
enum Door {
    case rpc
    case path
    case events
    case document
    case files

    /// Creates the door for the path of a request.
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

    /// Whether requests may have effects or keep a connection open, so that pages of other sites must not send them.
    ///
    /// Pages, files, health checks and the document may be linked from any site.
    var isCall: Bool { [.rpc, .path, .events].contains(self) }

    /// The name of the door in the access log.
    var name: String {
        switch self {
        case .rpc: "rpc"
        case .path: "path"
        case .events: "events"
        case .document: "document"
        case .files: "files"
        }
    }

    /// The value of `Allow`: the HTTP methods that the door accepts.
    var allow: String {
        switch self {
        case .rpc: "POST"
        case .path: "GET, HEAD, POST"
        case .events, .document, .files: "GET, HEAD"
        }
    }
}
