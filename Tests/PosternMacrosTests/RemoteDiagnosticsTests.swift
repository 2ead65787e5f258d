#if Macros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// Tests of the diagnostics for protocols without a stub.
@Suite struct RemoteDiagnosticsTests {
    /// A member of a protocol, with the message and column of its diagnostic, and the result of the fix-it.
    struct Case: Sendable, CustomTestStringConvertible {
        let member: String
        let message: String
        let column: Int
        var remedy: String?
        var fixed: String?

        var testDescription: String { member }
    }

    private static let slow = "A method of another process takes time and may fail: it must be async and throw"

    @Test(arguments: methods + members)
    func aMemberThatCannotBeCalledIsDiagnosed(example: Case) {
        let bare = example.member.replacing(#/@Expose(\([^)]*\))? /#, with: "")
        Expansion.expect(
            "@Remote\nprotocol Store {\n    \(example.member)\n}",
            becomes: "protocol Store {\n    \(bare)\n}",
            diagnostics: [
                DiagnosticSpec(
                    message: example.message,
                    line: 3,
                    column: example.column,
                    fixIts: example.remedy.map { [FixItSpec(message: $0)] } ?? []
                )
            ],
            fixed: example.fixed.map { "@Remote\nprotocol Store {\n    \($0)\n}" }
        )
    }

    @Test func onlyAProtocolHasAStub() {
        Expansion.expect(
            "@Remote\nstruct Store {}",
            becomes: "struct Store {}",
            diagnostics: [
                DiagnosticSpec(
                    message: "@Remote is for a protocol: it writes the type whose methods call another process",
                    line: 1,
                    column: 1
                )
            ]
        )
    }

    @Test(arguments: ["AnyObject", "Actor"])
    func aProtocolOfClassesHasNoStub(parent: String) {
        Expansion.expect(
            "@Remote\nprotocol Store: \(parent) {}",
            becomes: "protocol Store: \(parent) {}",
            diagnostics: [
                DiagnosticSpec(
                    message: "A protocol with @Remote cannot be for classes or actors: the generated type is a struct",
                    line: 2,
                    column: 17
                )
            ]
        )
    }

    @Test func twoMethodsThatCallOneNameAreDiagnosed() {
        Expansion.expect(
            """
            @Remote
            protocol Store {
                func open(door: Int) async throws
                func open(window: Int) async throws
                @Expose("open") func unlock() async throws
                @Expose("close") func open(gate: Int) async throws
            }
            """,
            becomes: """
                protocol Store {
                    func open(door: Int) async throws
                    func open(window: Int) async throws
                    func unlock() async throws
                    func open(gate: Int) async throws
                }
                """,
            diagnostics: [(4, 10), (5, 26)].map { line, column in
                DiagnosticSpec(
                    message: "Another method calls \"open\" already: name one of the two with @Expose",
                    line: line,
                    column: column,
                    notes: [NoteSpec(message: "It is this one", line: 3, column: 10)]
                )
            }
        )
    }

    @Test func anInvalidPathIsDiagnosed() {
        Expansion.expect(
            "@Remote(\"tools//store\") protocol Store {}",
            becomes: "protocol Store {}",
            diagnostics: [DiagnosticSpec(message: "A name must not be empty", line: 1, column: 9)]
        )
    }

    private static let methods = [
        Case(
            member: "func size() -> Int",
            message: slow,
            column: 10,
            remedy: "Add 'async throws'",
            fixed: "func size() async throws -> Int"
        ),
        Case(
            member: "func open() throws(CallError)",
            message: slow,
            column: 10,
            remedy: "Add 'async throws'",
            fixed: "func open() async throws(CallError)"
        ),
        Case(
            member: "func open() async throws(DoorError)",
            message: "Calls throw CallError, and not DoorError",
            column: 30
        ),
        Case(
            member: "func days() async throws -> AsyncStream<Int>",
            message: "The stream of another process is a ValueStream",
            column: 33
        ),
        Case(
            member: "func open(_ context: CallContext) async throws",
            message: "Remove the CallContext: the serving process supplies it",
            column: 26
        ),
        Case(
            member: "func open(then done: @Sendable () -> Void) async throws",
            message: "A closure cannot be sent: take a Callback",
            column: 26,
            remedy: "Use 'Callback'",
            fixed: "func open(then done: Callback) async throws"
        ),
        Case(
            member: "@Expose(isSafe: true) func open() async throws",
            message: "@Expose in a protocol takes only a name: the other options belong to the registration",
            column: 5
        ),
        Case(
            member: "@Expose(\"a.b\") func open() async throws",
            message: "A name must hold neither \"/\" nor \".\": \"a.b\"",
            column: 13
        ),
    ]

    private static let members = [
        Case(
            member: "var size: Int { get }",
            message: "A protocol with @Remote has methods only: a property cannot be called",
            column: 5
        ),
        Case(
            member: "init()",
            message: "A protocol with @Remote has methods only: an initializer cannot be called",
            column: 5
        ),
        Case(
            member: "associatedtype Door",
            message: "A protocol with @Remote has methods only: an associated type cannot be called",
            column: 5
        ),
        Case(
            member: "func open<Key: Codable>(with key: Key) async throws",
            message: "A generic method cannot be exposed: a call does not name types",
            column: 14
        ),
        Case(
            member: "func open(doors: Int...) async throws",
            message: "A variadic parameter cannot be exposed: take an array",
            column: 25,
            remedy: "Use '[Int]'",
            fixed: "func open(doors: [Int]) async throws"
        ),
        Case(
            member: "func size() async throws -> (Int, Int)",
            message: "A tuple is not Codable: use a Codable struct",
            column: 33
        ),
        Case(
            member: "static func open() async throws",
            message: "A static method cannot be exposed: callers reach an instance",
            column: 5,
            remedy: "Remove 'static'",
            fixed: "func open() async throws"
        ),
    ]
}
#endif
