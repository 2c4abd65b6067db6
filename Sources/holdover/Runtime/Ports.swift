import Adapters
import Foundation
import HTTPTransport
import RotationCore

/// The adapters, made once a process.
enum Ports {
    static func factory() -> AdapterRegistry {
        AdapterRegistry(
            http: CurlClient(), environment: ProcessInfo.processInfo.environment,
            now: { SystemClock().now() })
    }
}
