import Postern

/// A transport that does nothing: the test itself moves the frames of its peer.
package struct IdleTransport: FrameTransport {
    /// Creates the transport.
    package init() {}

    package func outputBecameReady() {}

    package func close() {}
}
