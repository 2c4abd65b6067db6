import ArgumentParser

do {
    var command = try PracticeConsumer.parseAsRoot()
    if let consumer = command as? PracticeConsumer {
        try await consumer.run()
    } else {
        try command.run()
    }
} catch { PracticeConsumer.exit(withError: error) }
