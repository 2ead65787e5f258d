#if Macros
// Types of a program that have the names of those which macros write: only whole names lead to the library.
//
// `NamedExposable` is not among them: with a type of that name, Swift 6.3 misses the conformance that a macro adds.
enum Postern {}
struct Callee {}
struct CallError: Error {}
struct Duration {}
struct MethodOptions {}
struct Optional {}
struct Parameter {}
struct Payload {}
struct Reference {}
struct RemoteService {}
struct Router {}
struct String {}
#endif
