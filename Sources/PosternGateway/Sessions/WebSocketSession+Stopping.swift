import Postern
import PosternJSONRPC

/// The end of a session whose server stops.
extension WebSocketSession {
    /// Answers the calls that have not ended, and cancels them.
    func giveUpCalls() {
        for ticket in session.unansweredCalls {
            send { $0.abandon(ticket, with: .stopped, into: &$1, actions: &$2) }
        }
        madeCalls?.close()
    }
}
