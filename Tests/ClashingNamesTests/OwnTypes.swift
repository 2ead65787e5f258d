#if Macros
// Types of a program that have the names of those which macros write: only whole names lead to the library.
enum Postern {}
struct Callee {}
struct CallError: Error {}
struct Duration {}
struct MethodOptions {}
struct NamedExposable {}
struct Optional {}
struct Parameter {}
struct Payload {}
struct Reference {}
struct RemoteService {}
struct Router {}
struct String {}
#endif
