import Postern
import Testing

@testable import postern

@Suite struct NameLookupTests {
    @Test func namesThatAShellInterpretsAreLeftOut() {
        let paths = ["a/b", "$(reboot)", "a b", "`x`", "ü/y_z-1", "a;b", "a\nb", ""]
        let list = Value.array(paths.map { ["path": .string($0)] } + [1, ["path": 2]])
        #expect(NameLookup.names(in: list) == ["a.b", "ü.y_z-1", ""])
        #expect(NameLookup.names(in: nil) == [])
    }

    @Test func theConnectionHasTheOptionsOfTheCommandLine() {
        let words = ["postern", "call", "--ca-file", "a.pem", "--json", "wss://h", "--header=A: b", "calc"]
        let arguments = NameLookup.arguments(of: words)
        #expect(arguments == ["wss://h", "--timeout", "2.0", "--ca-file", "a.pem", "--header=A: b"])
        #expect(NameLookup.arguments(of: ["postern", "call", "calc"]) == [])
    }

    @Test func noServerHasNoNames() async {
        #expect(await NameLookup.names(["methods"], ["postern", "call", "unix:/no/such", ""]) == [])
        #expect(await NameLookup.names(["methods"], []) == [])
    }

    @Test func theScriptOfBashKeepsAddressesWhole() {
        #expect(Completion.isScriptRequested(by: ["postern", "--generate-completion-script", "bash"]))
        #expect(!Completion.isScriptRequested(by: ["postern", "--generate-completion-script", "zsh"]))
        #expect(Completion.bashScript("x").hasPrefix("x\n"))
    }
}
