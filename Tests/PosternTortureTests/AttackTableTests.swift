import FoundationEssentials
import Testing

@testable import postern_torture

/// The tables of the documentation have the attacks of the program.
@Suite struct AttackTableTests {
    private static let path =
        #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
        + "/Sources/PosternGateway/Documentation.docc/Torture.md"

    /// Returns the rows of the table under a heading, without those of the head.
    private func rows(under heading: String) throws -> [String] {
        let page = try String(contentsOfFile: Self.path, encoding: .utf8)
        let lines = page.split(separator: "\n").drop { $0 != "## \(heading)" }.dropFirst()
        return lines.prefix { !$0.hasPrefix("## ") }.filter { $0.hasPrefix("| `") }.map(String.init)
    }

    @Test func everyAttackHasItsRow() throws {
        #expect(try rows(under: "The attacks") == AttackCatalogue.all.map(\.tableRow))
    }

    @Test func everyAttackHasItsFigures() throws {
        let names = try rows(under: "Figures").map { $0.split(separator: "`")[1] }
        #expect(names.map(String.init) == AttackCatalogue.all.map(\.name))
    }

    @Test func everyAttackHasANameOfItsOwn() {
        #expect(Set(AttackCatalogue.all.map(\.name)).count == AttackCatalogue.all.count)
    }
}

/// The choice of attacks.
@Suite struct AttackSelectionTests {
    @Test func attacksAreChosenByName() throws {
        #expect(try AttackCatalogue.selection(["frames"], isShort: true).map(\.name) == ["frames"])
        #expect(try AttackCatalogue.selection([], isShort: false).count == AttackCatalogue.all.count)
        #expect(throws: TortureFailure.self) { try AttackCatalogue.selection(["frames", "no-such"], isShort: false) }
    }

    @Test func theShortFormFitsIntoTwoMinutes() throws {
        let attacks = try AttackCatalogue.selection([], isShort: true)
        // The start of a server, the rest before an attack and its end take about three seconds.
        #expect(attacks.reduce(0) { $0 + $1.seconds + 3 } <= 120)
        let anywhere = attacks.filter(\.runsAnywhere).map(\.name)
        #expect(anywhere.count >= 9)
        #expect(anywhere.contains("overload"))
        #expect(attacks.first { $0.name == "overload" }?.seconds == 9)
    }
}
