import Hummingbird
import NIOCore

/// A request's context; keeps the channel, so that a fault can cut it.
struct PracticeContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
