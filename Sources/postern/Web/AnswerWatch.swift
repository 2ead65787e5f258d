import FoundationEssentials
import NIOCore
import NIOSSL
import PosternNIO

/// Notes why a connection to an HTTP server fails: by an error, or by a first answer that is not HTTP.
final class AnswerWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let notes: ConnectionNotes
    private var isFirst = true

    init(_ notes: ConnectionNotes) { self.notes = notes }

    func channelActive(context: ChannelHandlerContext) {
        notes.noteOpen()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isFirst {
            isFirst = false
            notes.noteAnswer()
            if let reason = ForeignAnswer.reason(for: unwrapInboundIn(data).readableBytesView.prefix(5)) {
                notes.note(reason, isUnread: true)
                context.close(promise: nil)
                return
            }
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let reason = TLSFault.reason(error, Self.validity(context)) {
            // The end of a connection without that of TLS is no fault of the handshake: the request may be read.
            notes.note(reason, isUnread: !TLSFault.isEnd(error))
        } else {
            notes.note(ConnectFault.reason(error))
        }
        context.fireErrorCaught(error)
    }

    private static func validity(_ context: ChannelHandlerContext) -> TLSFault.Validity? {
        guard let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate() else { return nil }
        return TLSFault.Validity(
            start: Date(timeIntervalSince1970: Double(certificate.notValidBefore)),
            end: Date(timeIntervalSince1970: Double(certificate.notValidAfter))
        )
    }
}

/// The recognition of servers that do not speak HTTP.
enum ForeignAnswer {
    /// Returns the reason for the first bytes of an answer, or `nil` when they are those of HTTP.
    static func reason(for bytes: some Collection<UInt8>) -> String? {
        if "HTTP/".utf8.starts(with: bytes) { return nil }
        // The type of a TLS record; an alert, for a request that was not encrypted.
        if let first = bytes.first, (0x14...0x17).contains(first), bytes.dropFirst().first ?? 3 == 3 {
            return "the server speaks TLS; its URL begins with wss:// or https://"
        }
        return "the server does not speak HTTP; the address of a native server begins with unix: or tcp:"
    }
}
