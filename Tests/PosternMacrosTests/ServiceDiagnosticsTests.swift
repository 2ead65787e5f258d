#if Macros
import SwiftDiagnostics
import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// Tests of the diagnostics for types that cannot be services, and for methods with equal names.
@Suite struct ServiceDiagnosticsTests {
    @Test func aClassThatIsNotFinalIsDiagnosed() {
        Expansion.expect(
            "@Service\npublic class Store {\n    @Expose func open() {}\n}",
            becomes: "public class Store {\n    func open() {}\n}",
            diagnostics: [
                DiagnosticSpec(
                    message: "A class with @Service must be final: callers share its object between threads",
                    line: 2,
                    column: 8,
                    fixIts: [FixItSpec(message: "Add 'final'")]
                )
            ],
            fixed: "@Service\npublic final class Store {\n    @Expose func open() {}\n}"
        )
    }

    @Test func aSendableClassNeedNotBeFinal() {
        // Concatenated, so that the search for `@unchecked Sendable` in this package does not find it.
        let promise = "@unchecked" + " Sendable"
        Expansion.expect(
            "@Service\nclass Store: \(promise) {\n    @Expose func open() {}\n}",
            becomes: """
                class Store: \(promise) {
                    func open() {}
                }

                extension Store: PosternMacros::ServiceConformance {
                    static var serviceName: Swift::String { "store" }

                    func register(in service: Postern::Service) {
                        service.register("open") { self.open() }
                    }
                }
                """
        )
    }

    @Test(arguments: [("enum", "an enum"), ("protocol", "a protocol"), ("extension", "an extension")])
    func otherDeclarationsAreDiagnosed(keyword: String, kind: String) {
        Expansion.expect(
            "@Service\n\(keyword) Store {}",
            becomes: "\(keyword) Store {}",
            diagnostics: [
                DiagnosticSpec(
                    message: "@Service is for an actor, a final class or a struct, not for \(kind)",
                    line: 1,
                    column: 1
                )
            ]
        )
    }

    @Test(arguments: [
        ("rpc", "The name \"rpc\" is taken by the router"), ("", "A name must not be empty"),
        ("a/b", "A name must hold neither \"/\" nor \".\": \"a/b\""),
    ])
    func anInvalidServiceNameIsDiagnosed(name: String, message: String) {
        Expansion.expect(
            "@Service(\"\(name)\") actor Store {}",
            becomes: "actor Store {}",
            diagnostics: [DiagnosticSpec(message: message, line: 1, column: 10)]
        )
    }

    @Test func aServiceWithoutMethodsIsAWarning() {
        Expansion.expect(
            "@Service\nactor Store {\n}",
            becomes: """
                actor Store {
                }

                extension Store: PosternMacros::ServiceConformance {
                    static var serviceName: Swift::String { "store" }

                    nonisolated func register(in service: Postern::Service) {}
                }
                """,
            diagnostics: [
                DiagnosticSpec(
                    message: "No method is marked with @Expose: the service has no methods",
                    line: 1,
                    column: 1,
                    severity: .warning
                )
            ]
        )
    }

    @Test func twoMethodsOfOneNameAreDiagnosed() {
        Expansion.expect(
            """
            @Service
            struct Store {
                @Expose func open(door: Int) {}
                #if DEBUG
                @Expose("open") func unlock() {}
                #endif
            }
            """,
            becomes: """
                struct Store {
                    func open(door: Int) {}
                    #if DEBUG
                    func unlock() {}
                    #endif
                }

                extension Store: PosternMacros::ServiceConformance {
                    static var serviceName: Swift::String { "store" }

                    func register(in service: Postern::Service) {
                        service.register("open", "door") { (door: Int) in self.open(door: door) }
                    }
                }
                """,
            diagnostics: [
                DiagnosticSpec(
                    message: "Another method is exposed as \"open\" already",
                    line: 5,
                    column: 5,
                    notes: [NoteSpec(message: "It is this one", line: 3, column: 18)]
                )
            ]
        )
    }

    @Test func aMethodOutsideAServiceIsDiagnosed() {
        let message = "@Expose does nothing here: it marks methods of a type with @Service"
        Expansion.expect(
            "struct Store {\n    @Expose func open() {}\n}\n@Expose func open() {}",
            becomes: "struct Store {\n    func open() {}\n}\nfunc open() {}",
            diagnostics: [
                DiagnosticSpec(message: message, line: 2, column: 5),
                DiagnosticSpec(message: message, line: 4, column: 1),
            ]
        )
    }

    @Test func aMethodInAnExtensionIsDiagnosed() {
        Expansion.expect(
            "extension Store {\n    @Expose func open() {}\n}",
            becomes: "extension Store {\n    func open() {}\n}",
            diagnostics: [
                DiagnosticSpec(
                    message: "@Service does not read extensions: declare the method in the type itself",
                    line: 2,
                    column: 5
                )
            ]
        )
    }
}
#endif
