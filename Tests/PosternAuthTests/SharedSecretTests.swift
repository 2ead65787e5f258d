import PosternTestSupport
import FoundationEssentials
import Postern
import PosternAuth
import Testing

struct SharedSecretTests {
    @Test(
        "The response of older systems, for three secrets",
        arguments: [
            ("", "2062b1945d6ed8cebe8ac07a7e24fbf0b3dabd44"),
            ("secret", "28f7d76ddaef6b4710b8ca87df82b73ec5e51483"),
            (String(repeating: "x", count: 60), "53e01b822dc18555ac3f744c6ac999aaf8bd3f2d"),
        ]
    )
    func aSaltedResponseIsAsRecorded(secret: String, expected: String) {
        let old = SaltedResponse(secret: Array(secret.utf8))
        let (challenge, salt) = (Array(UInt8(0x00)...0x13), Array(UInt8(0x20)...0x33))
        let response = old.response(to: challenge, salt: salt)
        #expect(hexadecimal(response) == expected)
        #expect(old.accepts(response, to: challenge, salt: salt))
        #expect(!old.accepts(response, to: challenge, salt: challenge))
    }

    @Test func aProofIsValidOnlyForItsStatementAndSecret() throws {
        let secret = try SharedSecret(Array("sixteen bytes or more".utf8))
        let other = try SharedSecret(Array("sixteen bytes or mare".utf8))
        let proof = secret.proof(of: [1, 2, 3])
        #expect(proof.count == 32)
        #expect(secret.accepts(proof, of: [1, 2, 3]))
        #expect(!secret.accepts(proof, of: [1, 2, 4]))
        #expect(!other.accepts(proof, of: [1, 2, 3]))
        #expect(!secret.accepts(proof.dropLast(), of: [1, 2, 3]))
        #expect(!secret.accepts([], of: [1, 2, 3]))
        for index in proof.indices {
            var changed = proof
            changed[index] ^= 0x10
            #expect(!secret.accepts(changed, of: [1, 2, 3]))
        }
    }

    @Test func aProofIsHMACWithSHA256() throws {
        // Test case 6 of RFC 4231: a key longer than a block.
        let secret = try SharedSecret([UInt8](repeating: 0xaa, count: 131))
        let statement = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
        #expect(
            hexadecimal(secret.proof(of: statement))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        )
    }

    @Test func noncesDoNotRepeat() throws {
        let secret = try SharedSecret([UInt8](repeating: 7, count: 16))
        let nonces = (0..<1_000).map { _ in secret.makeNonce() }
        #expect(nonces.allSatisfy { $0.count == 16 })
        #expect(Set(nonces).count == 1_000)
    }

    @Test func aShortSecretIsRefused() {
        #expect(throws: SecretError.tooShort) { _ = try SharedSecret([UInt8](repeating: 7, count: 15)) }
        #expect(throws: SecretError.tooShort) { _ = try SharedSecret([]) }
    }

    @Test func descriptionsDoNotRevealTheSecret() throws {
        let secret = try SharedSecret(Array("never to be seen anywhere".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(describing: secret), String(reflecting: secret), dumped, "\([secret])"] {
            #expect(!text.contains("never") && !text.contains("6e65"), "\(text)")
        }
    }

    @Test func aFileMayEndWithALineBreak() throws {
        let path = TemporaryFile.path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("a secret in a file \r\n".utf8).write(to: URL(filePath: path))
        let secret = try SharedSecret(file: path)
        let same = try SharedSecret(Array("a secret in a file".utf8))
        #expect(same.accepts(secret.proof(of: [1]), of: [1]))
        try Data(repeating: 7, count: 4_097).write(to: URL(filePath: path))
        #expect(throws: SecretError.tooLong) { _ = try SharedSecret(file: path) }
        try Data("short\n".utf8).write(to: URL(filePath: path))
        #expect(throws: SecretError.tooShort) { _ = try SharedSecret(file: path) }
        #expect(throws: SecretError.unreadable) { _ = try SharedSecret(file: path + ".gone") }
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
