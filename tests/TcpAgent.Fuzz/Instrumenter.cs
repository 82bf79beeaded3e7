using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace TcpAgent.Fuzz;

/// <summary>Rewrites the agent's assembly so that it calls <see cref="Coverage.Hit"/> wherever control can arrive.</summary>
static class Instrumenter
{
    /// <summary>The number of places, or 0 where it was done before.</summary>
    internal static int Rewrite(string path)
    {
        using var module = ModuleDefinition.ReadModule(path, new ReaderParameters { InMemory = true, ReadSymbols = true });
        var own = typeof(Coverage).Assembly.GetName().Name!;
        if (module.AssemblyReferences.Any(reference => reference.Name == own))
            return 0;
        var hit = module.ImportReference(typeof(Coverage).GetMethod(nameof(Coverage.Hit)));
        var count = 0;
        foreach (var method in module.GetTypes().Where(type => type.FullName.StartsWith("TcpAgent.", StringComparison.Ordinal)).SelectMany(type => type.Methods))
            if (method.HasBody)
                Instrument(method.Body, hit, ref count);
        if (count > Coverage.Capacity)
            throw new InvalidOperationException($"{count} places, {Coverage.Capacity} counters");
        module.Write(path, new WriterParameters { WriteSymbols = true });
        return count;
    }

    static void Instrument(MethodBody body, MethodReference hit, ref int count)
    {
        body.SimplifyMacros();
        var il = body.GetILProcessor();
        var moved = new Dictionary<Instruction, Instruction>();
        foreach (var target in Targets(body).ToHashSet())
        {
            moved[target] = il.Create(OpCodes.Ldc_I4, count++);
            il.InsertBefore(target, moved[target]);
            il.InsertBefore(target, il.Create(OpCodes.Call, hit));
        }
        foreach (var instruction in body.Instructions)
            instruction.Operand = instruction.Operand switch
            {
                Instruction target => Moved(target),
                Instruction[] targets => Array.ConvertAll(targets, target => Moved(target)!),
                var other => other,
            };
        foreach (var handler in body.ExceptionHandlers)
        {
            (handler.TryStart, handler.TryEnd) = (Moved(handler.TryStart), Moved(handler.TryEnd));
            (handler.HandlerStart, handler.HandlerEnd) = (Moved(handler.HandlerStart), Moved(handler.HandlerEnd));
            handler.FilterStart = Moved(handler.FilterStart);
        }
        body.OptimizeMacros();

        Instruction? Moved(Instruction? instruction) => instruction is null ? null : moved.GetValueOrDefault(instruction, instruction);
    }

    /// <summary>The first instruction, where branches go, and where they do not.</summary>
    static IEnumerable<Instruction> Targets(MethodBody body)
    {
        yield return body.Instructions[0];
        foreach (var instruction in body.Instructions.ToArray())
        {
            if (instruction.Operand is Instruction target)
                yield return target;
            foreach (var one in instruction.Operand as Instruction[] ?? [])
                yield return one;
            if (instruction.OpCode.FlowControl == FlowControl.Cond_Branch && instruction.Next is { } next)
                yield return next;
        }
    }
}
