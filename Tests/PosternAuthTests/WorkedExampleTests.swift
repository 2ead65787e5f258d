import FoundationEssentials
@testable import Postern
import PosternAuth
import Testing

/// Tests of the worked example in the wire protocol page.
struct WorkedExampleTests {
    @Test("The worked example of the wire protocol is right", arguments: [ConnectionEnd.Role.initiator, .acceptor])
    func theExampleIsRight(role: ConnectionEnd.Role) throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let digits = page.filter { !$0.isWhitespace }
        let secret = try SharedSecret(0x00...0x1f)
        let statement = ProofStatement.bytes(
            prover: role,
            initiatorNonce: Array(0x40...0x4f),
            acceptorNonce: Array(0x80...0x8f),
            medium: .unix
        )
        var frame: [UInt8] = []
        FrameWriter.writeProof(secret.proof(of: statement), into: &frame)
        #expect(digits.contains(hexadecimal(frame)))
        let isWrittenOut = digits.contains(hexadecimal(statement))
        #expect(isWrittenOut == (role == .initiator))
        #expect(digits.contains("`" + hexadecimal([8] + Array("acceptor".utf8)) + "`asprover"))
    }

    private static var page: URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Sources/Postern/Documentation.docc/WireProtocol.md"
        )
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
