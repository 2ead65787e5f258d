/// One end of a connection; both ends may call.
public final class Peer: Sendable {
}
