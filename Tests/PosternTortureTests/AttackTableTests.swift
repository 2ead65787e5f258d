import FoundationEssentials
import Testing

@testable import postern_torture

/// The table of the documentation has the attacks of the program.
@Suite struct AttackTableTests {
    private static let path =
        #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
        + "/Sources/PosternGateway/Documentation.docc/Torture.md"

    @Test func everyAttackHasItsRow() throws {
        let page = try String(contentsOfFile: Self.path, encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        #expect(rows == AttackCatalogue.all.map(\.tableRow))
    }

    @Test func everyAttackHasANameOfItsOwn() {
        #expect(Set(AttackCatalogue.all.map(\.name)).count == AttackCatalogue.all.count)
    }
}
